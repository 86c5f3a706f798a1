"""The moment that a form asks for: now, or a day and a time in a city; where the clocks are changed, it asks back."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from feedsvc.errors import Invalid
from feedsvc.web.desk import moments, zones
from feedsvc.web.desk.recovery import Form
from feedsvc.web.i18n import language

NOW, AT = "now", "at"
_ASKED = ("gap", "fold")
"""Problems of a moment that are questions: two answers are possible."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the two moments that may be meant."""

    value: str
    """As the form sends it back: ISO 8601 in UTC."""
    there: str
    """What clocks in the city show."""
    utc: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the fields of a moment, and what it means."""

    when: str
    """`now`, `at`, or empty as long as nobody chose."""
    day: str
    hour: str
    city: str
    utc: str = ""
    """The moment in UTC where it is clear which."""
    wait: str = ""
    """`in 3 hours`."""
    question: str = ""
    """`gap` or `fold` where it is not clear."""
    choices: tuple[Choice, ...] = ()
    chosen: str = ""


def _chosen_when(form: Form) -> str:
    """Now or at a moment: as said, or as follows from what was typed."""
    if form.get("when") in (NOW, AT):
        return form["when"]
    return AT if (form.get("day", "") + form.get("hour", "")).strip() else ""


def moment(form: Form) -> datetime | None:
    """The moment that is asked for; None for now, and where nothing was said. Raises Invalid."""
    if _chosen_when(form) != AT:
        return None
    zone = _zone(form)
    day, hour = moments.parsed(form.get("day", ""), form.get("hour", ""))
    try:
        return moments.in_zone(day, hour, zone)
    except Invalid as error:
        if error.problems[moments.FIELD][0] not in _ASKED:
            raise
        for one in moments.choices(day, hour, zone):
            if form.get("choice") == one.isoformat():
                return one
        raise


def is_unsaid(form: Form) -> bool:
    """Whether nobody chose between now and a moment."""
    return not _chosen_when(form)


def _zone(form: Form) -> ZoneInfo:
    typed = form.get(zones.FIELD, "").strip()
    return zones.find(typed) if typed else moments.here()


def shown(form: Form, *, now: datetime, usual: str = "") -> Asked:
    """The fields as they were typed, and what they mean. `usual`: what is chosen where nobody has."""
    question, choices = _question(form)
    try:
        meant = moment(form)
    except Invalid:
        meant = None
    return Asked(
        when=_chosen_when(form) or usual,
        day=form.get("day", ""),
        hour=form.get("hour", ""),
        city=form.get(zones.FIELD) or zones.city(moments.here().key),
        utc=_in_utc(meant) if meant else "",
        wait=moments.wait(meant, now) if meant else "",
        question=question,
        choices=choices,
        chosen=form.get("choice", ""),
    )


def _question(form: Form) -> tuple[str, tuple[Choice, ...]]:
    """Why there is a choice, and both answers as clocks in the city show them; nothing where there is none."""
    try:
        zone = _zone(form)
        day, hour = moments.parsed(form.get("day", ""), form.get("hour", ""))
    except Invalid:
        return "", ()
    try:
        moments.in_zone(day, hour, zone)
    except Invalid as error:
        code = error.problems[moments.FIELD][0]
        return (code, _choices(day, hour, zone)) if code in _ASKED else ("", ())
    return "", ()


def _choices(day: date, hour: time, zone: ZoneInfo) -> tuple[Choice, ...]:
    found = moments.choices(day, hour, zone)
    # The name of the zone tells summer time from winter time where both show the same.
    return tuple(
        Choice(
            one.isoformat(),
            format_datetime(one, "d MMMM y, HH:mm:ss, zzzz", tzinfo=zone, locale=language()),
            _in_utc(one),
        )
        for one in found
    )


def _in_utc(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), "d MMMM y, HH:mm:ss", locale=language()) + " UTC"
