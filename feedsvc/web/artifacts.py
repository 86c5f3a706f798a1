"""Choosing and comparing, purely: which coding a client takes, whether its copy is still good."""

from collections.abc import Collection, Sequence
from email.utils import parsedate_to_datetime

PREFERRED = ("br", "zstd", "gzip")
"""Best first where a client takes several alike."""
_LONGEST = 1_024
"""A header longer than this is not worth reading: the client gets what every client can read."""


def accepted(header: str) -> tuple[str, ...]:
    """The codings that an `Accept-Encoding` allows, most wanted first; identity is not among them.

    Identity ranks by its own weight: codings that are wanted less than it are left out. RFC 9110 §12.5.3.
    """
    weights: dict[str, float] = {}
    for part in header[:_LONGEST].lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip().removeprefix("x-")] = _weight(parameters)
    rest = weights.get("*", 0.0)
    identity = weights.get("identity", 0.0)
    ranked = [(weights.get(name, rest), -place, name) for place, name in enumerate(PREFERRED)]
    return tuple(name for weight, _, name in sorted(ranked, reverse=True) if weight > 0 and weight >= identity)


def _weight(parameters: str) -> float:
    """The `q` among a coding's parameters; 1 where there is none, 0 where it cannot be read."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def pick(codings: Sequence[str], variants: Collection[str]) -> str:
    """The first wanted coding that there is, or the empty string for identity."""
    return next((coding for coding in codings if coding in variants), "")


def is_unchanged(if_none_match: str | None, if_modified_since: str | None, etag: str, last_modified: int) -> bool:
    """Whether the client's copy is still good, so that 304 is the answer. `etag` with its quotes.

    `If-None-Match` is compared weakly, may be a list or `*`, and wins over the date; a bad date is ignored.
    RFC 9110 §13.1.2, §13.1.3, §13.2.2.
    """
    if if_none_match is not None:
        if if_none_match.strip() == "*":
            return True
        return any(part.strip().removeprefix("W/") == etag for part in if_none_match.split(","))
    if if_modified_since:
        try:
            return parsedate_to_datetime(if_modified_since).timestamp() >= last_modified
        except (ValueError, TypeError, OverflowError):
            return False
    return False
