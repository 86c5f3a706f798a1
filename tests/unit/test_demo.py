"""The demonstration's news: distinct, plausible, the same for the same seed, and fit to be stored as it is."""

import re
import string
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from random import Random

import pytest

from feedsvc.newsroom import html
from feedsvc.newsroom.demo import LANGUAGES, ORGANISATIONS, Release, Text, releases
from feedsvc.newsroom.demo.grammar import capital, counts, dates, genitive_az, locative_az, year_az
from feedsvc.newsroom.demo.moments import BAKU
from feedsvc.newsroom.demo.topics import Line, frame, topics
from feedsvc.newsroom.demo.words import authors, in_turn, names, people, places
from feedsvc.newsroom.drafts import KINDS, ItemDraft, TagName, checked, plain

UNTIL = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
COUNT = 5_000
SAME = {"at": "place", "of": "place", "at2": "place2", "with_partner": "partner", "in_quarter": "quarter"}
"""Slots that say the same thing in another case."""
LATIN_IN_RUSSIAN = {*ORGANISATIONS, "G", "QR"}


@pytest.fixture(scope="module")
def news() -> list[Release]:
    return list(releases(COUNT, seed=7, languages=LANGUAGES, until=UNTIL))


@pytest.fixture(scope="module")
def texts(news: list[Release]) -> list[Text]:
    return [text for release in news for text in release.texts]


def test_same_seed_same_news() -> None:
    def some(seed: int) -> list[Release]:
        return list(releases(60, seed=seed, languages=("az", "en", "ru"), until=UNTIL))

    assert some(1) == some(1)
    assert some(1) != some(2)


def test_headlines_and_bodies_are_distinct(texts: list[Text]) -> None:
    for language in LANGUAGES:
        told = [text for text in texts if text.language == language]
        assert len({text.headline for text in told}) == len(told)
        assert len({text.body_html for text in told}) == len(told)
    # Nor are they one sentence with other figures in it.
    shapes = Counter(re.sub(r"\d[\d ,.]*", "#", text.headline) for text in texts)
    assert shapes.most_common(1)[0][1] < len(texts) / 100


def test_news_spreads_over_ten_years_in_order(news: list[Release]) -> None:
    moments = [release.published for release in news]
    assert len(moments) == COUNT
    assert all(earlier < later for earlier, later in pairwise(moments))
    assert all(moment.tzinfo is UTC and not moment.microsecond for moment in moments)
    assert moments[-1] < UNTIL
    assert timedelta(days=3_600) < moments[-1] - moments[0] <= timedelta(days=3_653)
    local = [moment.astimezone(BAKU) for moment in moments]
    assert all(8 <= moment.hour < 20 for moment in local)
    assert 0.002 < sum(moment.weekday() >= 5 for moment in local) / COUNT < 0.1
    reporting = Counter(moment.month % 3 == 1 and moment.day >= 18 for moment in local)
    assert reporting[True] / COUNT > 0.2


def test_few_items_are_just_as_many_as_asked_for() -> None:
    for count in (0, 1, 7):
        assert len(list(releases(count, seed=1, languages=("az",), until=UNTIL))) == count


def test_taxonomy_is_rich_and_skewed(news: list[Release]) -> None:
    originals = [release.texts[0] for release in news]
    categories = Counter(name for text in originals for name in text.categories)
    tags = Counter(tag for text in originals for tag in text.tags)
    bylines = Counter(name for text in originals for name in text.authors)
    assert (len(categories), len(tags), len(bylines)) == (20, 500, 30)
    assert Counter(kind for kind, _name in tags) == {"theme": 300, "place": 120, "person": 80}
    assert tags.most_common(1)[0][1] > 100 * min(tags.values())
    assert {len(text.categories) for text in originals} == {1, 2, 3}
    assert {len(text.tags) for text in originals} <= {2, 3, 4, 5, 6}
    assert {len(text.authors) for text in originals} == {1, 2}


def test_names_of_the_taxonomy_differ_as_addresses() -> None:
    tags = [theme for topic in topics() for theme in topic.themes]
    tags += [place.name for place in places()] + [person[0] for person in people()]
    assert len({plain(name) for name in tags}) == len(tags) == 500
    assert len(set(authors())) == 30
    assert not set(authors()) & {person[0] for person in people()}
    assert all(len(set(column)) == len(names()) for column in zip(*names(), strict=True))


def test_languages_are_shared_out_as_newsrooms_do(news: list[Release]) -> None:
    first = sum(release.texts[0].language == "en" for release in news) / COUNT
    share = {
        code: sum(code in [text.language for text in release.texts] for release in news) / COUNT for code in LANGUAGES
    }
    assert 0.9 < first < 1
    assert 0.45 < share["az"] < 0.6
    assert 0.2 < share["ru"] < 0.3
    assert all(text.tags == release.texts[0].tags for release in news for text in release.texts)


@pytest.mark.parametrize("languages", [("az",), ("ru", "az"), ("az", "ka", "en")])
def test_only_the_newsrooms_languages_are_written(languages: tuple[str, ...]) -> None:
    written = {t.language for r in releases(80, seed=3, languages=languages, until=UNTIL) for t in r.texts}
    assert written == set(languages) & set(LANGUAGES)


def test_a_language_that_nobody_here_writes_is_refused() -> None:
    with pytest.raises(ValueError, match="en, az, ru"):
        next(releases(1, seed=1, languages=("ka",), until=UNTIL))


def test_texts_can_be_stored_as_they_are(texts: list[Text]) -> None:
    for text in texts[::7]:
        assert html.sanitise(text.body_html) == text.body_html
        draft = ItemDraft(
            headline=text.headline,
            summary=text.summary,
            body_html=text.body_html,
            language=text.language,
            categories=text.categories,
            tags=tuple(TagName(name, kind) for kind, name in text.tags),
            authors=text.authors,
        )
        kept = checked(draft, LANGUAGES)
        assert all(getattr(kept, name) == getattr(draft, name) for name in ("headline", "summary", "body_html"))
        assert kept.tags == draft.tags
        assert all(kind in KINDS for kind, _name in text.tags)


def test_texts_are_whole(texts: list[Text]) -> None:
    sizes = sorted(len(text.body_html.encode()) for text in texts)
    assert sizes[0] >= 1_500
    assert sizes[-1] <= 6_144
    for text in texts:
        everything = f"{text.headline} {text.summary} {text.body_html}"
        assert not re.search(r"[{}\\]|  |None|[“«][”»]", everything), everything
        assert text.headline[0].isdigit() or text.headline.lstrip("“«")[0].isupper(), text.headline
        end = {
            "en": "This is a demonstration text.",
            "az": "Bu, nümayiş məqsədli mətndir.",
            "ru": "Это демонстрационный текст.",
        }
        assert end[text.language] in text.body_html.splitlines()[-1]


def test_no_other_language_is_mixed_in(texts: list[Text]) -> None:
    for text in texts:
        seen = html.text_of(f"<p>{text.headline}</p><p>{text.summary}</p>{text.body_html}")
        seen = seen.replace("example.com", "")
        if text.language == "ru":
            assert set(re.findall(r"[A-Za-zƏəĞğŞş]+", seen)) <= LATIN_IN_RUSSIAN, seen
        else:
            assert not re.search("[а-яё]", seen, re.IGNORECASE), seen
        assert ("ə" in seen) == (text.language == "az"), seen


def lines() -> list[Line]:
    common = frame()
    found = [*common.heading, *common.intro, *common.context, *common.closing, common.demonstration]
    for topic in topics():
        found += [*topic.posts, *topic.subject, *topic.headline, *topic.summary]
        found += [*topic.lead, *topic.detail, *topic.point, *topic.quote]
    return found


def test_every_sentence_says_the_same_in_all_languages() -> None:
    """By its slots: a figure left out of a translation would show here."""

    def slots(sentence: str) -> set[str]:
        named = {name.lower() for _text, name, _spec, _how in string.Formatter().parse(sentence) if name}
        return {SAME.get(name, name) for name in named}

    for en, az, ru in lines():
        assert slots(en) == slots(az) == slots(ru), en
        assert not re.search("[а-яё]", en + az, re.IGNORECASE), en
        assert "ə" not in en + ru, en


def test_topics_are_many_and_vary() -> None:
    assert len(topics()) >= 18
    for topic in topics():
        assert (len(topic.headline), len(topic.lead), len(topic.detail)) >= (4, 3, 4), topic.name
        assert len(topic.point) >= 4
        assert len(topic.quote) >= 6
        assert len(topic.subject) >= 4
        told, summed = zip(*topic.goes_with, strict=True)
        assert len(told) == len(topic.headline)
        assert {lead for leads in told for lead in leads} == set(range(len(topic.lead))), topic.name
        assert {summary for several in summed for summary in several} == set(range(len(topic.summary))), topic.name


def test_everybody_has_a_turn_and_the_first_most_often() -> None:
    drawn = Counter(islice(in_turn(range(300), Random(1)), 8 * 300))
    assert set(drawn) == set(range(300))
    assert drawn.most_common(1)[0][0] == 0
    assert drawn[0] > 100


def test_news_from_a_place_begins_when_it_can(news: list[Release]) -> None:
    since = {place.name: place.since for place in places()}
    assert max(since.values()) > 2020
    for release in news:
        year = release.published.astimezone(BAKU).year
        assert all(since[name] <= year for kind, name in release.texts[0].tags if kind == "place")


def test_azerbaijani_endings_follow_the_last_vowel() -> None:
    towns = ("Bakı", "Gəncə", "Quba", "Göygöl", "Ağsu", "Füzuli", "Sumqayıt", "İmişli", "Abşeron")
    assert [locative_az(town) for town in towns] == [
        "Bakıda", "Gəncədə", "Qubada", "Göygöldə", "Ağsuda", "Füzulidə", "Sumqayıtda", "İmişlidə", "Abşeronda",
    ]  # fmt: skip
    assert [genitive_az(town) for town in towns] == [
        "Bakının", "Gəncənin", "Qubanın", "Göygölün", "Ağsunun", "Füzulinin", "Sumqayıtın", "İmişlinin", "Abşeronun",
    ]  # fmt: skip
    assert [year_az(year) for year in (2016, 2019, 2020, 2021, 2023, 2026, 2030, 2040)] == [
        "2016-cı", "2019-cu", "2020-ci", "2021-ci", "2023-cü", "2026-cı", "2030-cu", "2040-cı",
    ]  # fmt: skip
    assert capital("ilk", "az") == "İlk"
    assert capital("«путь»") == "«Путь»"


def test_the_quarter_reported_is_the_one_that_ended() -> None:
    january, july = datetime(2022, 1, 20, tzinfo=UTC).date(), datetime(2022, 7, 20, tzinfo=UTC).date()
    assert dates(january, july, "en")["in_quarter"] == "in the fourth quarter of 2021"
    assert dates(july, july, "az")["in_quarter"] == "2022-ci ilin ikinci rübündə"
    assert dates(july, january, "ru")["in_quarter"] == "во втором квартале 2022 года"


def test_counted_things_need_one_russian_form() -> None:
    assert [number for number in counts(1, 30) if number not in {*range(5, 21), *range(25, 31)}] == []
    assert {21, 22, 101, 104} & set(counts(1, 200)) == set()


def test_no_line_runs_overland_to_the_exclave(news: list[Release]) -> None:
    beyond = {place.name for place in places() if place.where == "exclave"}
    seen = {text.headline for release in news for text in release.texts if text.language == "en"}
    lines_laid = [headline for headline in seen if re.search("fibre on the|^Capacity of the", headline)]
    assert lines_laid
    assert not [headline for headline in lines_laid if any(name in headline for name in beyond)]
