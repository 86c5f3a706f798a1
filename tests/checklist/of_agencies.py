"""Lines 107 to 109: ninjs, NewsML-G2, NITF."""

import json

from agency_faults import faults
from lines import Docs, line
from of_documents import tree


@line(
    107,
    "ninjs 3.1 and 2.2 validate; uri; each version's own letters; versionCreated; pubStatus",
    ("item.ninjs.json", b'"versionCreated"', b'"versioncreated"'),
    ("item.ninjs2.json", b'"versioncreated"', b'"versionCreated"'),
    ("ninjs.json", b'"canceled"', b'"usable"'),
    ("item.ninjs.json", b'"uri"', b'"id"'),
)
def ninjs(docs: Docs) -> list[str]:
    found = [
        one
        for name in ("ninjs.json", "item.ninjs.json", "item.ninjs2.json")
        for one in faults(name.removeprefix("item."), docs[name])
    ]
    gone = [one for one in json.loads(docs["ninjs.json"])["associations"] if one["uri"].endswith("dead")]
    item = json.loads(docs["item.ninjs.json"])
    return (
        found
        + ([] if [one["pubStatus"] for one in gone] == ["canceled"] else ["gone"])
        + ([] if item["firstCreated"] < item["versionCreated"] else ["version"])
    )


@line(
    108,
    "NewsML-G2 validates: guid, version, standard, conformance, catalog, itemMeta, contentMeta, contentSet; never embargoed in public",
    ("item.newsml.xml", b"<catalogRef ", b"<x "),
    ("item.newsml.xml", b'standardversion="2.35"', b'standardversion="2.34"'),
    ("newsml.xml", b"stat:canceled", b"stat:usable"),
    ("item.newsml.xml", b"<pubStatus", b"<embargoed>2027-01-01T00:00:00Z</embargoed><pubStatus"),
)
def newsml(docs: Docs) -> list[str]:
    found = [one for name in ("newsml.xml", "item.newsml.xml") for one in faults("newsml.xml", docs[name])]
    item = tree(docs["item.newsml.xml"])
    found += [
        name for name in ("catalogRef", "itemMeta", "contentMeta", "contentSet") if item.find(f"{{*}}{name}") is None
    ]
    found += (
        []
        if (item.get("standardversion"), item.get("conformance"), item.get("version")) == ("2.35", "power", "2")
        else ["version"]
    )
    gone = tree(docs["newsml.xml"]).xpath("//*[contains(@guid, 'dead')]//*[local-name()='pubStatus']/@qcode")
    return found + ([] if gone == ["stat:canceled"] else ["gone"]) + ["embargoed" for _ in item.iter("{*}embargoed")]


@line(
    109,
    "NITF 3.6 validates: doc-id, date.issue, hedline, body.content",
    ("item.nitf.xml", b"<doc-id ", b"<doc-no "),
    ("item.nitf.xml", b" norm=", b" form="),
    ("item.nitf.xml", b"<hl1>", b"<h1>"),
    ("item.nitf.xml", b"<body.content>", b"<body.content><div/>"),
)
def nitf(docs: Docs) -> list[str]:
    root = tree(docs["item.nitf.xml"])
    wanted = (
        "head/{*}docdata/{*}doc-id",
        "head/{*}docdata/{*}date.issue[@norm]",
        "body/{*}body.head/{*}hedline/{*}hl1",
        "body/{*}body.content/{*}p",
    )
    return faults("nitf.xml", docs["item.nitf.xml"]) + [path for path in wanted if root.find("{*}" + path) is None]
