"""fastfeedparser."""

from datetime import datetime

import fastfeedparser
from told import fetched, tell

tell(
    {
        "id": one.id,
        "title": one.title,
        "published": int(datetime.fromisoformat(one.published).timestamp()),
        "text": one["content"][0]["value"] if one.get("content") else one.get("description", ""),
        "enclosures": [file["url"] for file in one.get("enclosures", ())],
    }
    for one in fastfeedparser.parse(fetched()).entries
)
