"""feedparser, which most Python programs read feeds with."""

import calendar

import feedparser
from told import fetched, tell

found = feedparser.parse(fetched())
tell(
    {
        "id": one.id,
        "title": one.title,
        "published": calendar.timegm(one.published_parsed),
        "text": one.content[0].value if one.get("content") else one.summary,
        "enclosures": [file.href for file in one.enclosures],
    }
    for one in found.entries
)
