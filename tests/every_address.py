"""More than two thousand hostile addresses, asked for in a network of its own in which every address answers.

    unshare -rnm python tests/every_address.py

There each address of IPv4 and IPv6 leads to this machine's own listeners, so that what is dialled really connects and is
counted by where it was meant to go, outside the program that is tested. Prints what was dialled as JSON.
"""

import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from ipaddress import IPv4Address, IPv4Network
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from feedsvc.egress.dialling import Outcome, Request
from feedsvc.egress.flights import Flights

PORTS = (22, 25, 80, 443, 6379, 8080)
PUBLIC = ("1.1.1.1", "93.184.216.34", "2606:4700:4700::1111")
"""Dialled on purpose, so that the counting is known to count."""
RANGES = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
]  # as a list it would be a page long
RANGES_6 = [
    "::1",
    "::",
    "fe80::1",
    "fe80::1%25lo",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "ff0e::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2620:4f:8000::1",
    "3ffe::1",
    "3fff::1",
    "5f00::1",
    "4000::1",
    "64:ff9b:1::1",
    "2001:0:a9fe:a9fe::1",
    "0:0:0:0:0:0:0:1",
    "0000:0000:0000:0000:0000:0000:0000:0001",
    "::0001",
]  # see RANGES


def spellings(address: IPv4Address) -> list[str]:
    """One address of IPv4 in the ways in which programs have been fooled."""
    number, (a, b, c, d) = int(address), address.packed
    hidden = f"{number >> 16:x}:{number & 0xFFFF:x}"
    return [
        str(address),
        f"{address}.",
        str(number),
        f"{number:#x}",
        f"0{number:o}",
        f"{a:#o}.{b:#o}.{c:#o}.{d:#o}".replace("o", ""),
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{number & 0xFFFF}",
        f"000{a:o}.{b}.0x{c:x}.{d}",
        f"[::ffff:{address}]",
        f"[::ffff:{hidden}]",
        f"[0:0:0:0:0:ffff:{hidden}]",
        f"[::{hidden}]",
        f"[64:ff9b::{hidden}]",
        f"[2002:{hidden}::1]",
        f"[fe80::5efe:{hidden}]",
        f"1.1.1.1@{address}",
        f"1.1.1.1:80@{address}",
        str(address).replace(".", "%2e"),
        str(address).replace(".", "\N{IDEOGRAPHIC FULL STOP}"),
        "".join(chr(ord(x) + 0xFEE0) if x.isdecimal() else x for x in str(address)),
    ]


def hostile() -> list[str]:
    """Every address that must lead nowhere."""
    hosts = []
    for network in map(IPv4Network, RANGES):
        for place in (0, 1, network.num_addresses // 2, network.num_addresses - 1):
            hosts += spellings(network[place])
    urls = [f"{scheme}://{host}/x" for host in hosts for scheme in ("http", "https")]
    urls += [f"http://{host}:{port}/" for host in (f"[{one}]" for one in RANGES_6) for port in (80, 443, 8080)]
    urls += [f"http://127.0.0.1:{port}/" for port in (*PORTS, 8000)]
    urls += [f"http://{host}:{port}/" for host in ("1.1.1.1", "[2606:4700:4700::1111]") for port in (22, 25, 6379)]
    urls += [f"http://{name}/" for name in ("localhost", "localhost.", "ip6-localhost", "LOCALHOST", "a.localhost")]
    urls += [f"http://flip-{n}.test/" for n in range(40)] + [f"http://both-{n}.test/" for n in range(40)]
    urls += [f"http://to-{n}.test/" for n in range(len(RANGES))]
    urls += [
        "file:///etc/hostname",
        "gopher://127.0.0.1:6379/_x",
        "ftp://127.0.0.1/",
        "dict://127.0.0.1:6379/x",
        "//127.0.0.1/",
    ]
    urls += [
        "http:///127.0.0.1/",
        "http:127.0.0.1",
        "http://\\127.0.0.1/",
        "http://127.0.0.1\\@1.1.1.1/",
        "unix:///run/x",
        "",
    ]
    return urls


def answers(asked: int, name: str) -> list[str]:
    """What the resolver says: names that turn round, that lead both ways at once, and that lead into a range."""
    kind, _, rest = name.partition("-")
    if kind == "flip":  # Public to whoever asks first, this machine to who asks again.
        return ["93.184.216.34"] if asked == 0 else ["127.0.0.1"]
    if kind == "both":
        return ["10.0.0.1", "169.254.169.254"]
    return [str(IPv4Network(RANGES[int(rest)])[1])] if kind == "to" else []


def resolve(server: socket.socket) -> None:
    """A resolver of a few lines (RFC 1035), whose answers hold for no time at all."""
    asked: dict[str, count[int]] = {}
    while True:
        said, peer = server.recvfrom(512)
        labels, at = [], 12
        while said[at]:
            labels.append(said[at + 1 : at + 1 + said[at]].decode())
            at += said[at] + 1
        kind = struct.unpack("!H", said[at + 1 : at + 3])[0]
        name = labels[0].lower()
        found = answers(next(asked.setdefault(name, count())), name) if kind == 1 else []
        rows = b"".join(b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + IPv4Address(one).packed for one in found)
        head = said[:2] + b"\x81\x80" + struct.pack("!4H", 1, len(found), 0, 0)
        server.sendto(head + said[12 : at + 5] + rows, peer)


def listen(port: int, counted: list[str]) -> None:
    """Counts whoever connects, by where they meant to go."""
    with socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=1024) as server:
        while True:
            connection, _ = server.accept()
            host = connection.getsockname()[0].removeprefix("::ffff:")
            counted.append(f"{host} {port}")
            connection.close()


def prepare(counted: list[str]) -> None:
    """The network in which every address is this machine's."""
    for command in ("ip link set lo up", "ip route add local 0.0.0.0/0 dev lo", "ip -6 route add local ::/0 dev lo"):
        subprocess.run(command.split(), check=True)
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write("nameserver 127.0.0.53\noptions timeout:1 attempts:1\n")
    subprocess.run(["mount", "--bind", file.name, str(Path("/etc/resolv.conf").resolve())], check=True)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.53", 53))
    threading.Thread(target=resolve, args=(server,), daemon=True).start()
    for port in (*PORTS, 8000):
        threading.Thread(target=listen, args=(port, counted), daemon=True).start()
    time.sleep(0.3)


def fly(urls: list[str]) -> list[Outcome]:
    """Asks for all of them as deliveries are asked for."""
    flights, done, waiting = Flights(()), [], list(enumerate(urls))
    while waiting or len(flights):
        while waiting and len(flights) < 64:
            number, url = waiting.pop()
            flights.add(Request(number, url, (), b"{}", 4.0))
        done += flights.wait(0.05)
    flights.close()
    return done


def main() -> None:
    """Asks for everything, then for the flipping names again: by then they lead inside."""
    counted: list[str] = []
    prepare(counted)
    urls = hostile()
    flipped = [url for url in urls if "flip-" in url]
    first = fly(urls)
    second = fly(flipped * 2)
    hostile_dials = sorted(
        {one for one in counted if one.split()[0] not in PUBLIC or one.split()[1] not in ("80", "443")}
    )
    before = len(counted)
    fly([f"http://{host}/" for host in ("1.1.1.1", "93.184.216.34", "[2606:4700:4700::1111]")])
    time.sleep(0.2)
    answered = [one.status for one in first + second if one.status]
    json.dump(
        {
            "asked": len(urls) + len(flipped) * 2,
            "ended": len(first) + len(second),
            "forbidden": hostile_dials,
            "public": len(counted) - before,
            "flipped": before,
            "answered": answered,
        },
        sys.stdout,
    )


main()
