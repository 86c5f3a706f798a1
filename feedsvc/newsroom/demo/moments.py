"""When a newsroom speaks: mostly in working hours, now and then at a weekend, and more often when a quarter is reported."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

BAKU = ZoneInfo("Asia/Baku")
DAYS = 3_652
"""Ten years."""
_SATURDAY = 5
_REPORTS_FROM = 18
_HOURS = {8: 2, 9: 8, 10: 14, 11: 15, 12: 9, 13: 6, 14: 12, 15: 13, 16: 11, 17: 7, 18: 2, 19: 1}
_HOUR_WEIGHTS = list(accumulate(_HOURS.values()))


def is_reporting(day: date) -> bool:
    """Whether companies report their quarter on such a day."""
    return day.month % 3 == 1 and day.day >= _REPORTS_FROM


def moments(count: int, *, random: Random, until: datetime) -> Iterator[datetime]:
    """`count` different moments in the ten years before the day of `until`, ascending: aware, UTC, whole seconds."""
    end = until.astimezone(BAKU).date()
    days = [end - timedelta(days=back) for back in range(DAYS, 0, -1)]
    due = list(accumulate(_busyness(day) * random.uniform(0.4, 1.6) for day in days))
    given = 0
    for day, share in zip(days, due, strict=True):
        upto = round(count * share / due[-1])
        for second in _seconds(upto - given, random):
            yield datetime.combine(day, time(second // 3600, second // 60 % 60, second % 60), BAKU).astimezone(UTC)
        given = upto


def _busyness(day: date) -> float:
    """How much is published on a day, against an ordinary working day."""
    if day.weekday() >= _SATURDAY or (day.month, day.day) in {(1, 1), (1, 2), (3, 20), (3, 21), (3, 22), (12, 31)}:
        return 0.08
    return 2.2 if is_reporting(day) else 1.0


def _seconds(number: int, random: Random) -> list[int]:
    """So many different seconds of a day, ascending."""
    taken: set[int] = set()
    while len(taken) < number:
        (hour,) = random.choices(list(_HOURS), cum_weights=_HOUR_WEIGHTS)
        taken.add(hour * 3600 + random.randrange(3600))
    return sorted(taken)
