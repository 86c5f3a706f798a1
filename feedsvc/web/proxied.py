"""What is said to the cache in front of us and to nobody behind it: how long a public answer may be kept there.

nginx counts in whole seconds, so that "one second" is up to two: too long for what goes live and for what is taken back.
Our sample sends its own clock's second along, and is told to keep the answer to the end of that one and no longer. It
takes the word off the answer (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_valid).
"""

from typing import Any

from feedsvc import clock

ASKED = "HTTP_X_PROXY_SECOND"
"""The proxy's clock as nginx writes it: seconds since the epoch and milliseconds."""
_LONGEST = 20


def kept_until(environ: dict[str, Any]) -> list[tuple[str, str]]:
    """The header for a public answer to a request of the proxy's; nothing for anybody else.

    A second that is not now is some reader's word, handed on by a proxy that does not say its own: nothing is kept then.
    """
    said = environ.get(ASKED)
    if said is None:
        return []
    second = said.partition(".")[0]
    if second.isascii() and second.isdecimal() and len(said) < _LONGEST and int(second) <= clock.seconds() + 1:
        return [("X-Accel-Expires", f"@{second}")]
    return [("X-Accel-Expires", "0")]
