"""Entries and feeds for the tests of the writers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from feedsvc.formats.document import Entry, FeedDoc, Picture, Rendition, Term

MORNING = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)

AWKWARD = {
    "azerbaijani": "Əə Ğğ İi Iı Şş Çç Öö Üü",
    "emoji": "Ailə 👩\u200d👩\u200d👧\u200d👦 və 🇦🇿",
    "right to left": "خبر جديد עברית",
    "end of cdata": "before ]]> after",
    "markup": "AT&T <b>",
    "references": "R&amp;D &lt;now&gt; &#233;",
    "comparison": "a < b > c & d",
    "script": "a <script>alert(1)</script> b",
    "long": "uzun başlıq " * 33 + "son.",
    "quotes": "\"double\" 'single' «çap»",
}

POISON = {
    "lone surrogate": "a\ud800b",
    "non-character": "a\ufffeb\uffff",
    "nul": "a\x00b",
    "vertical tab": "a\x0bb",
    "end of cdata": "]]>",
    "broken html": '<p <b "x> &nbsp; &bogus; <![CDATA[ <!-- <td></p></p>',
    "declaration": '<?xml version="1.0" encoding="latin1"?><!DOCTYPE x [<!ENTITY a "b">]>&a;',
    "nothing": "",
}


def entry(number: int = 1, **changes: Any) -> Entry:
    """A good entry; each number has its own id, address and hour."""
    moment = MORNING + timedelta(hours=number)
    good = Entry(
        id=f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        url=f"https://news.example/az/news/{number}",
        title=f"Xəbər {number}",
        summary=f"{number} saylı xəbərin qısa məzmunu",
        content_html=f"<p>{number} saylı xəbər &amp; <b>mətni</b></p>",
        language="az",
        published=moment,
        updated=moment,
        authors=("Əli Məmmədov",),
        terms=(Term("category", "innovation", "İnnovasiya", "https://news.example/category/"),),
    )
    return replace(good, **changes)


def picture(name: str = "a", **changes: Any) -> Picture:
    """A picture in two sizes, each as JPEG and WebP."""
    sizes = ((320, 213, 20_111, 12_222), (1280, 853, 180_333, 90_444))
    renditions = tuple(
        Rendition(f"https://news.example/media/{name * 32}/{width}.{suffix}", f"image/{kind}", width, height, length)
        for width, height, jpeg, webp in sizes
        for suffix, kind, length in (("jpg", "jpeg", jpeg), ("webp", "webp", webp))
    )
    words = {"alt": "Qüllə & <körpü>", "caption": "Bakı, səhər", "credit": "Leyla & Co", "rights": "© Nümunə ASC"}
    return Picture(renditions, **(words | changes))


def feed(*entries: Entry, **changes: Any) -> FeedDoc:
    """A feed in Azerbaijani with these entries."""
    good = FeedDoc(
        id="urn:uuid:00000000-0000-4000-8000-ffffffffffff",
        title="Xəbərlər & elanlar",
        subtitle="Şirkətin bütün xəbərləri",
        language="az",
        home_url="https://news.example/az/",
        base_url="https://news.example/az/feeds/news",
        updated=max((each.updated for each in entries), default=MORNING),
        author="Nümunə ASC",
        entries=entries,
    )
    return replace(good, **changes)


def archive(**changes: Any) -> FeedDoc:
    """The seventh archive of that feed, with an older and a newer one beside it: the golden archive document."""
    return feed(entry(2), entry(1), **{"archive": 7, "prev_archive": 6, "next_archive": 8} | changes)


def rich() -> FeedDoc:
    """One feed in which every field and every branch of the writers is used: the golden document."""
    table = "<table><tr><th>İl</th><th>₼</th></tr><tr><td>2025</td><td>1 &lt; 2</td></tr></table>"
    nested = "<ul><li>bir<ul><li>iki<ol><li>üç</li></ol></li></ul></li></ul>"
    corrected = entry(4, title="AT&T <b>", updated=MORNING + timedelta(days=1), authors=("Əli", "Nümunə ASC"))
    place = Term("place", "baki", "Bakı", "https://news.example/tag/place/", "20000587", (40.4093, 49.8671))
    two_subjects = (*corrected.terms, place, Term("person", "p7", "Leyla & Co", "https://news.example/person/"))
    return feed(
        replace(corrected, terms=two_subjects, content_html=f"<p>Bax: ]]&gt;</p>{table}{nested}"),
        entry(5, pictures=(picture(), picture("b", alt="", caption="", credit="", rights=""))),
        entry(3, summary="", content_html="<p>" + "Uzun cümlə, çox söz. " * 30 + "</p>"),
        entry(2, title=AWKWARD["emoji"], summary=AWKWARD["markup"], terms=()),
        entry(1, language="ar", title=AWKWARD["right to left"], content_html='<p dir="rtl">خبر</p>'),
        rights="Mənbə göstərilməklə & pulsuz.",
        licence="https://news.example/terms?a=1&b=2",
        ai_use="refused",
        hub="https://news.example/hub",
    )
