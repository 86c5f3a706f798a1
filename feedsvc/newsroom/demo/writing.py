"""Releases, drawn and written: the same ones for the same seed."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zlib import crc32

from feedsvc.newsroom.demo.grammar import LANGUAGES, Slots, capital, dates, figures, written
from feedsvc.newsroom.demo.moments import BAKU, is_reporting, moments
from feedsvc.newsroom.demo.release import Release, Text
from feedsvc.newsroom.demo.topics import Frame, Line, Topic, frame, topics
from feedsvc.newsroom.demo.words import Place, authors, in_turn, names, people, places

ORGANISATIONS = ("Bakcell", "Zirvelink", "Odvolta", "Tavrinol", "Merasbuild")
"""The newsroom's own, and invented ones."""
_ORGANISATION_WEIGHTS = (12, 2, 2, 1, 1)
_QUOTES = (("“", "”"), ("“", "”"), ("«", "»"))
_FIVE_G = 2022
"""Before this year new sites are 4G."""
_BITS = 26
_TRIES = 2_000


@dataclass(frozen=True, slots=True)
class _Desk:
    """Whose turn it is: endless draws of what a release needs."""

    themes: dict[str, Iterator[str]]
    speakers: dict[str, Iterator[int]]
    home: Iterator[Place]
    abroad: Iterator[Place]
    authors: Iterator[str]


@dataclass(frozen=True, slots=True)
class _Story:
    """What is told, before it is written in any language."""

    topic: Topic
    organisation: str
    place: Place
    headline: Line
    summary: Line
    blocks: list[Line]
    slots: dict[str, Slots]
    speaker: str
    names_other: str
    """The other place, where the headline names it."""


def releases(count: int, *, seed: int, languages: tuple[str, ...], until: datetime) -> Iterator[Release]:
    """`count` pieces of news from the ten years before `until`, oldest first, no two headlines of a language alike.

    Most are in the first of the newsroom's `languages`, half also in the second, a quarter also in the third; a few
    in the second alone. Languages that the demonstration does not know are passed over. Raises ValueError where it
    knows none, or where so many different headlines are not to be had.
    """
    known = tuple(language for language in languages if language in LANGUAGES)
    if not known:
        raise ValueError(f"The demonstration is written in {', '.join(LANGUAGES)} alone.")
    random = Random(seed)  # noqa: S311  # the same news for the same seed; nothing here is a secret
    desk, seen = _desk(random), bytearray(1 << (_BITS - 3))
    for published in moments(count, random=random, until=until):
        chosen = _languages(known, random)
        for _ in range(_TRIES):
            story = _story(desk, published, chosen, random)
            headlines = [_filled(story.headline, story.slots, code) for code in chosen]
            if _note(seen, [f"{code} {headline}" for code, headline in zip(chosen, headlines, strict=True)]):
                break
        else:
            raise ValueError(f"There are not {count} different headlines.")
        yield Release(published, story.organisation, _texts(story, chosen, headlines, desk, random))


def _note(seen: bytearray, headlines: list[str]) -> bool:
    """Notes headlines, unless one of them is known: a bit for each, so that memory does not grow with their number.

    Two headlines that share a bit by chance pass for the same one, which only means that another is written.
    """
    bits = [crc32(headline.encode()) & ((1 << _BITS) - 1) for headline in headlines]
    if any(seen[bit >> 3] & 1 << (bit & 7) for bit in bits):
        return False
    for bit in bits:
        seen[bit >> 3] |= 1 << (bit & 7)
    return True


def _happens(share: float, random: Random) -> bool:
    """Whether something happens that does in such a share of all cases."""
    return random.random() < share


def _desk(random: Random) -> _Desk:
    return _Desk(
        themes={topic.name: in_turn(topic.themes, random) for topic in topics()},
        speakers={
            topic.name: in_turn(range(number, len(people()), len(topics())), random)
            for number, topic in enumerate(topics())
        },
        home=in_turn([place for place in places() if place.where != "abroad"], random),
        abroad=in_turn([place for place in places() if place.where == "abroad"], random),
        authors=in_turn(authors(), random),
    )


def _languages(known: tuple[str, ...], random: Random) -> tuple[str, ...]:
    """The languages of one release, the original's first."""
    if len(known) > 1 and _happens(0.05, random):
        return (known[1],)
    return known[:1] + tuple(
        code for code, share in zip(known[1:], (0.5, 0.25), strict=False) if _happens(share, random)
    )


def _story(desk: _Desk, published: datetime, languages: tuple[str, ...], random: Random) -> _Story:
    """Draws what is told."""
    day = published.astimezone(BAKU).date()
    every, reporting = topics(), is_reporting(day)
    (topic,) = random.choices(every, [topic.in_reporting if reporting else topic.weight for topic in every])
    organisation = random.choices(ORGANISATIONS, _ORGANISATION_WEIGHTS)[0] if topic.orgs else ORGANISATIONS[0]
    is_abroad = topic.place == "abroad" or (topic.place == "any" and _happens(0.2, random))
    place = next(one for one in (desk.abroad if is_abroad else desk.home) if _fits(one, topic, day))
    other = next(one for one in desk.home if _fits(one, topic, day) and one is not place)
    person = next(desk.speakers[topic.name])
    headline, (leads, summaries) = random.choice(list(zip(topic.headline, topic.goes_with, strict=True)))
    words = _words(topic, organisation, person, day, random)
    return _Story(
        topic=topic,
        organisation=organisation,
        place=place,
        headline=headline,
        summary=topic.summary[random.choice(summaries)],
        blocks=[topic.lead[random.choice(leads)], *_blocks(topic, frame(), random)],
        slots={code: {**place.here[code], **other.there[code], **words[code]} for code in languages},
        speaker=people()[person][0],
        names_other=other.name if "{place2}" in headline[0] else "",
    )


def _fits(place: Place, topic: Topic, day: date) -> bool:
    """Whether such news can come from a place. No line runs overland to Nakhchivan."""
    return place.since <= day.year and not (topic.route and place.where == "exclave")


def _words(topic: Topic, organisation: str, person: int, day: date, random: Random) -> dict[str, Slots]:
    """Draws what stands in the slots beside places, and gives it in every language."""
    drawn, soon = figures(random), day + timedelta(days=random.randint(12, 150))
    own, partner = random.sample(names(), 2)
    kind, subject = random.choice(frame().partner), random.choice(topic.subject)
    # One person has one post for ever.
    post = topic.posts[person // len(topics()) % len(topic.posts)]
    tech = "5G" if day.year >= _FIVE_G and _happens(0.6, random) else "4G"
    same = {"org": organisation, "tech": tech, "version": f"{day.year - 2013}.{random.randint(0, 19)}"}
    slots = {}
    for at, code in enumerate(LANGUAGES):
        opening, closing = _QUOTES[at]
        slots[code] = {
            **same,
            **written(drawn, code),
            **dates(day, soon, code),
            **_partner(kind, partner[at], code),
            "name": f"{opening}{own[at]}{closing}",
            "subject": subject[at],
            "speaker": people()[person][at],
            "post": post[at],
        }
    return slots


def _partner(kind: tuple[str, ...], name: str, language: str) -> Slots:
    """The partner as a subject, and after “with”."""
    en, en_with, az, ru, ru_with = kind
    subject, after_with = {"en": (en, en_with), "az": (az, az), "ru": (ru, ru_with)}[language]
    return {"partner": subject.format(name), "with_partner": after_with.format(name)}


def _blocks(topic: Topic, common: Frame, random: Random) -> list[Line]:
    """The blocks of a body after its lead, in their order."""
    details = random.sample(topic.detail, random.choice((3, 4, 4)))
    above, below = random.sample(common.heading, 2)
    blocks = [details[0]]
    if _happens(0.6, random):
        blocks.append(above)
    blocks.append(details[1])
    if _happens(0.75, random):
        points = random.sample(topic.point, random.choice((3, 3, 4)))
        blocks += [random.choice(common.intro), ("<ul>",) * 3, *points, ("</ul>",) * 3]
    blocks += [random.choice(topic.quote), *details[2:]]
    if _happens(0.6, random):
        blocks.append(below)
    blocks += random.sample(common.context, random.choice((3, 3, 4)))
    return [*blocks, random.choice(common.closing), common.demonstration]


def _filled(line: Line, slots: dict[str, Slots], language: str) -> str:
    """A headline or summary."""
    return capital(line[LANGUAGES.index(language)].format_map(slots[language]), language)


def _texts(
    story: _Story, languages: tuple[str, ...], headlines: list[str], desk: _Desk, random: Random
) -> tuple[Text, ...]:
    """The story written in its languages."""
    first, *more = story.topic.categories
    categories = (first, *random.sample(more, min(len(more), random.choice((0, 0, 1, 1, 2)))))
    tags = _tags(story, desk, random)
    bylines = tuple(dict.fromkeys(itertools.islice(desk.authors, random.choice((1, 1, 1, 2)))))
    written_texts = []
    for code, headline in zip(languages, headlines, strict=True):
        at, summary = LANGUAGES.index(code), _filled(story.summary, story.slots, code)
        body = "\n".join([block[at] for block in story.blocks]).format_map(story.slots[code])
        written_texts.append(Text(code, headline, summary, body, categories, tags, bylines))
    return tuple(written_texts)


def _tags(story: _Story, desk: _Desk, random: Random) -> tuple[tuple[str, str], ...]:
    """Two to six tags: themes of the topic, the places, perhaps who speaks."""
    themes = dict.fromkeys(itertools.islice(desk.themes[story.topic.name], random.choice((1, 2, 2, 3))))
    tags = [("theme", theme) for theme in themes]
    tags += [("place", name) for name in (story.place.name, story.names_other) if name]
    if _happens(0.6, random):
        tags.append(("person", story.speaker))
    return tuple(tags)
