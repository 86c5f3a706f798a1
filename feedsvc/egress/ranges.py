"""Which addresses may be dialled: an explicit table of every range that is not the public internet, and the ports.

`ipaddress.is_global` is no guard: multicast, 6to4, NAT64 of loopback and others pass it. What stands here is IANA's
registries of special-purpose addresses (RFC 6890), with every range in which another address is hidden.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import inet_aton, inet_ntoa

Network = IPv4Network | IPv6Network

FORBIDDEN_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network, and on Linux this machine (RFC 791)
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # behind a provider's NAT (RFC 6598)
        "127.0.0.0/8",  # loopback (RFC 1122)
        "169.254.0.0/16",  # link-local, and the clouds' metadata (RFC 3927)
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # protocols (RFC 6890)
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.31.196.0/24",  # AS112 (RFC 7535)
        "192.52.193.0/24",  # AMT (RFC 7450)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "192.168.0.0/16",  # private (RFC 1918)
        "192.175.48.0/24",  # AS112 (RFC 7534)
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "198.51.100.0/24",  # documentation (RFC 5737)
        "203.0.113.0/24",  # documentation (RFC 5737)
        "224.0.0.0/4",  # multicast (RFC 5771)
        "240.0.0.0/4",  # reserved, and broadcast (RFC 1112, RFC 8190)
    )
)
PUBLIC_6 = IPv6Network("2000::/3")
"""All that IANA has given out of IPv6: loopback, mapped, NAT64, unique local, link-local and multicast lie outside."""
FORBIDDEN_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols: Teredo, benchmarks, ORCHID and others (RFC 2928)
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4: an IPv4 address of any kind is hidden in it (RFC 3056)
        "2620:4f:8000::/48",  # AS112 (RFC 7534)
        "3ffe::/16",  # 6bone, given back (RFC 3701)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
_HIDING = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""Mapped (RFC 4291 §2.5.5.2) and NAT64 (RFC 6052): the last 32 bits are an IPv4 address."""
PORTS = frozenset((80, 443, *range(8000, 9000)))
"""Where callbacks on the public internet may listen. Subscribers must not make us speak to mail servers or databases."""


def networks(said: tuple[str, ...]) -> tuple[Network, ...]:
    """Networks as an operator writes them. Raises ValueError for what is none."""
    return tuple(ip_network(one) for one in said)


@lru_cache(maxsize=4_096)
def may_dial(address: str, port: int, allowed: tuple[Network, ...] = ()) -> bool:
    """Whether a socket may be opened to this address, as the kernel would be given it.

    `allowed`: what the operator allowed although it is not public, on any port. An address in which an IPv4 address is
    hidden is allowed only where both are.
    """
    try:
        judged = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    within = any(judged in network for network in allowed if network.version == judged.version)
    if isinstance(judged, IPv4Address):
        return within or (port in PORTS and not any(judged in network for network in FORBIDDEN_4))
    if any(judged in network for network in _HIDING):
        return within and may_dial(str(IPv4Address(int(judged) & 0xFFFFFFFF)), port, allowed)
    return within or (port in PORTS and _is_public(judged))


def is_refused(host: str, port: int, allowed: tuple[Network, ...] = ()) -> bool:
    """Whether a host as it is written is an address that may not be dialled. What a name leads to is decided when it is.

    An address is recognised in every spelling that libcurl takes for one (`127.1`, `0x7f000001`, `017700000001`).
    """
    if host == "localhost" or host.endswith((".localhost", "localhost.")):
        return not (may_dial("127.0.0.1", port, allowed) or may_dial("::1", port, allowed))
    try:
        address = str(ip_address(host)) if ":" in host else inet_ntoa(inet_aton(host.rstrip(".")))
    except (ValueError, OSError):
        return False
    return not may_dial(address, port, allowed)


def _is_public(address: IPv6Address) -> bool:
    return address in PUBLIC_6 and not any(address in network for network in FORBIDDEN_6)
