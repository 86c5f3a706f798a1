"""Who reads us: what was asked of each feed, and by which readers."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from babel.numbers import format_decimal, format_percent
from flask import Response, request

from feedsvc import clock, db
from feedsvc.feeds import addresses
from feedsvc.formats.registry import FORMATS
from feedsvc.newsroom import audience
from feedsvc.newsroom.audience import Audience, Family
from feedsvc.newsroom.families import NAMELESS, UNKNOWN
from feedsvc.web.auth import permission
from feedsvc.web.desk.frame import blueprint, page
from feedsvc.web.i18n import gettext as _
from feedsvc.web.i18n import language
from feedsvc.web.labels import LANGUAGE_NAMES
from feedsvc.words import N_

DAYS = (7, 30)
"""Periods to choose from, the usual one first."""
MOST_FAMILIES = 10
"""Readers named for one feed."""
KINDS = {
    "aggregator": N_("Reading service"),
    "app": N_("Reading app"),
    "browser": N_("Browser"),
    "bot": N_("Search engine or robot"),
    "script": N_("Program"),
    "monitoring": N_("Monitoring"),
    "other": N_("Not known"),
}
_NAMES = {
    NAMELESS: N_("No name given"),
    UNKNOWN: N_("Others"),
    "Other feed readers": N_("Other feed readers"),
    "Other Apple apps": N_("Other Apple apps"),
    "Other bots": N_("Other robots"),
    "Headless browser": N_("Browser without a window"),
}
"""Families whose names are words; the others are names everywhere."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One feed, as the page shows it."""

    address: str
    language: str
    formats: list[Audience]
    families: list[Family]
    """The most frequent ones."""
    others: int
    """Requests of all further families."""

    @property
    def requests(self) -> int:
        """How often it was asked for, in any format."""
        return sum(one.requests for one in self.formats)


@blueprint.get("/audience", endpoint="audience")
@permission("approve")
def readers() -> Response:
    """Requests, the share that was told "nothing new", and readers, for each feed."""
    days = next((days for days in DAYS if request.args.get("days") == str(days)), DAYS[0])
    since = clock.now().date() - timedelta(days=days - 1)
    with db.reading() as session:
        found, lost = audience.readers(session, since=since), audience.lost(session, since=since)
    feeds = [_shown(list(formats)) for _key, formats in groupby(found, key=lambda one: (one.scope, one.language))]
    return page(
        "audience.html",
        days=days,
        periods=DAYS,
        feeds=feeds,
        everything=found,
        lost=lost,
        most_feeds=audience.MOST_FEEDS,
        kept_days=audience.KEPT.days,
        kinds_of_readers=KINDS,
        several=len({feed.language for feed in feeds}) > 1,
        name_of=lambda name: _(_NAMES[name]) if name in _NAMES else name,
        format_name=lambda suffix: FORMATS[suffix].title if suffix in FORMATS else suffix,
        number=lambda value: format_decimal(value, locale=language()),
        percent=lambda value: format_percent(value, locale=language()),
    )


def _shown(formats: list[Audience]) -> Shown:
    """A feed with its formats; of its families only the first are named."""
    first, families = formats[0], audience.families(*formats)
    return Shown(
        address=addresses.feed_url(first.scope, first.language),
        language=LANGUAGE_NAMES.get(first.language, first.language),
        formats=formats,
        families=families[:MOST_FAMILIES],
        others=sum(family.requests for family in families[MOST_FAMILIES:]),
    )
