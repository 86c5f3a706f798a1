"""One feed with everything in it, in every format: what the lines of the checklist are held against."""

from dataclasses import replace
from datetime import timedelta

from format_samples import AWKWARD, MORNING, POISON, archive, entry, feed, picture

from feedsvc.formats import whole
from feedsvc.formats.document import FeedDoc, Note, Term, Withdrawal
from feedsvc.formats.fragment import render
from feedsvc.formats.registry import AGENCY, FORMATS, join

CDATA = "Bax: ]]> &amp;lt;"
LONG = AWKWARD["long"]
GONE = Withdrawal(
    "urn:uuid:00000000-0000-4000-8000-00000000dead", "az", MORNING, MORNING + timedelta(days=2), 2, "Geri", "Bu geri."
)
ITEM = "item."
"""What the names of items' documents begin with."""


def doc() -> FeedDoc:
    """Newest first; a corrected item with two pictures leads."""
    notes = (Note(MORNING + timedelta(days=1), "Rəqəm düzəldildi."),)
    place = Term("place", "baki", "Bakı", "https://news.example/tag/place/")
    terms = (*entry(1).terms, place, Term("person", "p7", "Leyla & Co", "https://news.example/tag/person/"))
    lead = entry(
        20, title=AWKWARD["markup"], updated=MORNING + timedelta(days=1), authors=("Əli", "Nümunə ASC"), terms=terms,
        pictures=(picture(), picture("b", alt="", caption="")), version=2, revised=MORNING + timedelta(days=1),
        notes=notes, organisation="Nümunə ASC", dateline="BAKI",
        content_html="<p><strong>Düzəliş, 6 mart 2026:</strong> Rəqəm düzəldildi.</p><p>Bax: ]]&gt; &amp;amp;lt;"
        ' <a href="https://x.example/?a=1&amp;b=2">bura</a></p>',
    )  # fmt: skip
    texts = [
        lead,
        entry(19, title=AWKWARD["azerbaijani"]),
        entry(18, title=AWKWARD["emoji"], summary=""),
        entry(17, language="ar", title=AWKWARD["right to left"], content_html='<p dir="rtl">خبر</p>'),
        entry(16, title=LONG),
        *(entry(15 - n, title=f"Z{text}", content_html=f"<p>{text}</p>") for n, text in enumerate(POISON.values())),
    ]
    return feed(
        *texts,
        updated=GONE.at,
        withdrawn=(GONE,),
        prev_archive=6,
        rights="Mənbə göstərilməklə.",
        licence="https://news.example/terms",
        ai_use="refused",
    )


def documents() -> dict[str, bytes]:
    """Ending → document: the feed, an archive of it, an empty one, and its first item, in every format that has them."""
    given, made = doc(), {}
    for suffix, fmt in FORMATS.items():
        there, gone = [render(fmt, one)[0] for one in given.entries], [fmt.write_withdrawal(GONE)]
        made[suffix] = join(fmt, given, [*gone, *there] if fmt.gone_first else [*there, *gone])
        old = archive()
        made[f"archive.{suffix}"] = join(fmt, old, [render(fmt, one)[0] for one in old.entries])
        made[f"empty.{suffix}"] = join(fmt, feed(), [])
    for suffix, agency in AGENCY.items():
        if agency.feed:
            made[suffix] = whole.write(agency.feed[1], given)[0]
        one = replace(given, entries=given.entries[:1], withdrawn=())
        made[f"item.{suffix}"] = whole.write(agency.item[1], one)[0]
    return made
