"""atoma, which refuses what is not as the standards say."""

import sys

import atoma
from told import fetched, tell

content, suffix = fetched(), sys.argv[1].rpartition(".")[2]
if suffix == "atom":
    tell(
        {
            "id": one.id_,
            "title": one.title.value,
            "published": int(one.published.timestamp()),
            "updated": int(one.updated.timestamp()),
            "text": one.content.value,
            "enclosures": [link.href for link in one.links if link.rel == "enclosure"],
        }
        for one in atoma.parse_atom_bytes(content).entries
    )
elif suffix == "rss":
    tell(
        {
            "id": one.guid,
            "title": one.title,
            "published": int(one.pub_date.timestamp()),
            "text": one.content_encoded,
            "enclosures": [file.url for file in one.enclosures],
        }
        for one in atoma.parse_rss_bytes(content).items
    )
else:
    tell(
        {
            "id": one.id_,
            "title": one.title,
            "published": int(one.date_published.timestamp()),
            "updated": int(one.date_modified.timestamp()),
            "text": one.content_html,
            "enclosures": [file.url for file in one.attachments],
        }
        for one in atoma.parse_json_feed_bytes(content).items
    )
