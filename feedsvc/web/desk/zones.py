"""Time zones by their cities, as people know them: "Baku", not Asia/Baku and not UTC+4."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from feedsvc.errors import Invalid

FIELD = "city"
_REGIONS = {
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
}  # fmt: skip
_UTC = "UTC"


@cache
def cities() -> dict[str, str]:
    """City → name of its zone, sorted by city. Where two zones end in the same city, they are one under two names."""
    found = {city(name): name for name in sorted(available_timezones()) if name.partition("/")[0] in _REGIONS}
    return dict(sorted(found.items())) | {_UTC: _UTC}


def city(zone: str) -> str:
    """The city that a zone is named after."""
    return zone.rpartition("/")[2].replace("_", " ")


def find(typed: str) -> ZoneInfo:
    """The zone of a typed city, or of a zone's own name, however it is capitalised.

    Raises Invalid.
    """
    wanted = " ".join(typed.replace("_", " ").split()).casefold()
    name = _folded().get(wanted)
    if name is None:
        raise Invalid({FIELD: ("unknown_city", {"name": typed.strip()[:60]})})
    return ZoneInfo(name)


@cache
def _folded() -> dict[str, str]:
    """Every spelling that is understood → the zone's name."""
    names = {name.replace("_", " ").casefold(): name for name in cities().values()}
    return names | {city.casefold(): name for city, name in cities().items()}
