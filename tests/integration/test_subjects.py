"""Renaming, merging, deleting: held against a model that keeps plain lists, and against feeds that are read to the end."""

import os
import random
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select

from feedsvc import clock, db, road, settings, shelf
from feedsvc.errors import Invalid, NotAllowed, NotFound
from feedsvc.feeds import archives, build, places, verify, watch, which
from feedsvc.models import Alias, Audit, Change, Feed, FormerName, Placement, Publication, Tag, Translation
from feedsvc.newsroom import items, listing, publishing, subject_lists, subjects
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.record import broken_seal
from feedsvc.newsroom.workflow import ROLES, SYSTEM, Actor
from feedsvc.shelf import Key

pytestmark = pytest.mark.usefixtures("instance")
WRITER = Actor(None, "w@example.org", "W", frozenset(ROLES["writer"]))


def act(verb: Any, *args: Any, **kwargs: Any) -> Any:
    return road.act(verb, *args, actor=SYSTEM, **kwargs)


def written(headline: str, *tags: str, **fields: Any) -> str:
    text = ItemDraft(headline=headline, tags=tuple(map(TagName, tags)), **fields)
    return str(act(items.create, checked(text, ("en",))).item.key)


def published(headline: str, *tags: str, **fields: Any) -> str:
    key = written(headline, *tags, **fields)
    act(publishing.publish, key)
    return key


def headlines(scope: str, language: str = "en") -> list[str]:
    """What a feed carries, newest first."""
    with db.reading() as session:
        return [
            one.revision.headline for one in listing.newest(session, language, now=clock.now(), limit=500, scope=scope)
        ]


def aliases() -> dict[str, str | None]:
    with db.reading() as session:
        return {row.scope: row.target for row in session.scalars(select(Alias))}


def feed(scope: str, language: str = "en") -> Feed | None:
    with db.reading() as session:
        return which.find(session, Key(language, scope))


def guid(scope: str) -> str:
    found = feed(scope)
    assert found
    return found.guid


def rows_of_placements(session: Any) -> set[tuple[Any, ...]]:
    p = Placement
    columns = (p.publication_id, Feed.scope, Feed.language, p.at, p.opening_id, p.moment, p.stands)
    return {tuple(row) for row in session.execute(select(*columns).join(Feed, Feed.id == p.feed_id))}


def misplaced() -> set[tuple[Any, ...]]:
    """Where the rows differ from those that follow from the texts as they are now."""
    with db.transaction() as session:
        stored = rows_of_placements(session)
        session.execute(delete(Placement))
        done = 0
        while done := places.place_anew(session, done, now=clock.now()):
            pass
        session.flush()
        wanted = rows_of_placements(session)
        session.rollback()  # nothing is kept of it
    return stored ^ wanted


@dataclass
class Model:
    """What was done, and what must hold then. A subject is a number here."""

    slugs: dict[int, str] = field(default_factory=dict)
    items: dict[str, set[int]] = field(default_factory=dict)
    """Public headline → its subjects."""
    known: set[int] = field(default_factory=set)
    """Subjects that readers have seen."""
    moved: dict[str, int | None] = field(default_factory=dict)
    guids: dict[int, str] = field(default_factory=dict)

    def leave(self, number: int, to: int | None) -> None:
        """The address of a subject leads elsewhere from now on."""
        if number in self.known:
            self.moved[self.slugs[number]] = to

    def addresses(self) -> dict[str, str | None]:
        return {f"tag/{old}": None if to is None else f"tag/{self.slugs[to]}" for old, to in self.moved.items()}


def slug_of(name: str) -> str:
    with db.reading() as session:
        return session.scalars(select(Tag.slug).where(Tag.name == name)).one()


def one_step(model: Model, chance: random.Random, number: int) -> None:  # noqa: PLR0912  # the model's steps in one place
    deed = chance.choice(("write", "write", "write", "plan", "rename", "rename", "merge", "delete", "add"))
    some = chance.choice(list(model.slugs)) if model.slugs else None
    if deed in ("write", "plan"):
        chosen = set(chance.sample(sorted(model.slugs), min(len(model.slugs), chance.randrange(3))))
        names = [model.slugs[one] for one in chosen]
        if chance.random() < 0.5:
            name = f"Theme {number}"
            names.append(name)
        key = written(f"Item {number}", *names)
        if len(names) > len(chosen):
            model.slugs[number] = slug_of(name)
            chosen.add(number)
        if deed == "write":
            act(publishing.publish, key)
            model.items[f"Item {number}"] = chosen
            model.known |= chosen
        else:
            act(publishing.schedule, key, publish_at=clock.now() + timedelta(hours=1))
    elif some is None or deed == "add":
        row = act(subjects.add, "theme", f"Theme {number}")
        model.slugs[number] = row.slug
        model.known.add(number)
    elif deed == "rename":
        wanted = chance.choice([f"a{chance.randrange(6)}", *model.moved, *model.slugs.values()])
        free = wanted not in model.slugs.values() and model.moved.get(wanted) in (None, some)
        try:
            act(subjects.rename, "tag", model.slugs[some], name=f"Renamed {number}", new_slug=wanted)
        except Invalid:
            assert not free
            assert wanted != model.slugs[some]
            return
        assert free or wanted == model.slugs[some]
        if wanted != model.slugs[some]:
            if some in model.known or model.moved.get(wanted) is not None:
                model.moved.pop(wanted, None)
            model.leave(some, some)
            model.slugs[some] = wanted
    elif deed == "merge":
        into = chance.choice(list(model.slugs))
        try:
            act(subjects.merge, "tag", model.slugs[some], model.slugs[into])
        except Invalid:
            assert into == some
            return
        model.leave(some, into)
        model.moved = {old: into if to == some else to for old, to in model.moved.items()}
        if some in model.known:
            model.known.add(into)
            model.moved.pop(model.slugs[into], None)
        for carried in model.items.values():
            if some in carried:
                carried.symmetric_difference_update({some})
                carried.add(into)
        if into not in model.guids and some in model.guids:
            model.guids[into] = model.guids[some]
        del model.slugs[some]
    else:
        act(subjects.remove, "tag", model.slugs[some])
        model.leave(some, None)
        model.moved = {old: None if to == some else to for old, to in model.moved.items()}
        for carried in model.items.values():
            carried.discard(some)
        del model.slugs[some]


@pytest.mark.parametrize("seed", range(int(os.environ.get("FEEDSVC_TEST_WALKS", "2"))))
def test_any_order_of_verbs_keeps_feeds_and_addresses_right(seed: int) -> None:
    chance, model = random.Random(seed), Model()
    for number in range(50):
        one_step(model, chance, number)
        for one, slug in model.slugs.items():
            carried = [name for name, subjects_ in model.items.items() if one in subjects_]
            assert headlines(f"tag/{slug}") == carried[::-1]
            there = feed(f"tag/{slug}")
            if there is not None:
                assert model.guids.setdefault(one, there.guid) == there.guid
                with db.reading() as session:
                    assert (which.opened(session, there, now=clock.now()) is not None) == (one in model.known)
        visible = {scope: to for scope, to in aliases().items() if not _is_open(scope)}
        assert visible == {s: t for s, t in model.addresses().items() if not _is_open(s)}, number
    assert misplaced() == set()
    assert verify.differences() == []
    with db.reading() as session:
        assert broken_seal(session) is None


def _is_open(scope: str) -> bool:
    """Whether a scope answers itself: a deleted one's name may have come into use again."""
    there = feed(scope)
    with db.reading() as session:
        return there is not None and which.opened(session, there, now=clock.now()) is not None


def test_a_chain_of_renames_leads_to_the_last_address_and_back() -> None:
    published("One", "Quba")
    first = guid("tag/quba")
    act(subjects.rename, "tag", "quba", name="Quba", new_slug="b")
    act(subjects.rename, "tag", "b", name="Quba", new_slug="c")
    assert aliases() == {"tag/quba": "tag/c", "tag/b": "tag/c"}
    assert (guid("tag/c"), feed("tag/b"), feed("tag/quba")) == (first, None, None)
    act(subjects.rename, "tag", "c", name="Quba", new_slug="quba")
    assert aliases() == {"tag/b": "tag/quba", "tag/c": "tag/quba"}
    assert guid("tag/quba") == first


def test_a_name_alone_keeps_the_address() -> None:
    published("One", "Quba")
    act(subjects.rename, "tag", "quba", name="Şuşa")
    assert aliases() == {}
    assert headlines("tag/quba") == ["One"]
    with db.reading() as session:
        before = session.scalar(select(func.max(Change.id)))
    act(subjects.rename, "tag", "quba", name="Şuşa")  # as it is already
    with db.reading() as session:
        assert session.scalar(select(func.max(Change.id))) == before


def test_an_address_that_leads_elsewhere_is_nobodys_to_take() -> None:
    published("One", "Quba", "Baku")
    act(subjects.rename, "tag", "quba", name="The town of Quba", new_slug="guba")
    for verb, args, kwargs in (
        (subjects.rename, ("tag", "baku"), {"name": "Baku", "new_slug": "quba"}),
        (subjects.add, ("theme", "Another", "quba"), {}),
    ):
        with pytest.raises(Invalid) as told:
            act(verb, *args, **kwargs)
        assert told.value.problems == {"slug": ("subject_moved", {"address": "guba"})}
    with pytest.raises(Invalid) as told:
        act(subjects.rename, "tag", "baku", name="Baku", new_slug="guba")
    assert told.value.problems == {"slug": ("subject_slug_taken", {})}
    published("Two", "Qüba")  # whose slug would be the same
    assert slug_of("Qüba") != "quba"
    published("Three", "quba")  # an open form may still name it so
    assert headlines("tag/guba") == ["Three", "One"]


def test_what_was_deleted_may_come_again_as_something_new() -> None:
    published("One", "Quba")
    first = guid("tag/quba")
    act(subjects.remove, "tag", "quba")
    assert (aliases(), feed("tag/quba")) == ({"tag/quba": None}, None)
    written("Draft", "Quba")
    assert feed("tag/quba") is None
    published("Two", "Quba")
    assert headlines("tag/quba") == ["Two"]
    assert guid("tag/quba") != first
    assert _is_open("tag/quba")


def test_what_only_the_newsroom_knew_leaves_no_trace() -> None:
    act(publishing.schedule, written("Secret", "Takeover", "Other"), publish_at=clock.now() + timedelta(hours=1))
    act(subjects.rename, "tag", "takeover", name="Takeover", new_slug="the-takeover")
    act(subjects.merge, "tag", "other", "the-takeover")
    act(subjects.rename, "tag", "the-takeover", name="Takeover", new_slug="deal")
    assert aliases() == {}
    assert not _is_open("tag/deal")
    act(subjects.remove, "tag", "deal")
    assert (aliases(), feed("tag/deal")) == ({}, None)


def test_a_deleted_address_goes_on_saying_so_while_its_new_owner_is_secret() -> None:
    published("One", "Quba")
    act(subjects.remove, "tag", "quba")
    act(publishing.schedule, written("Secret", "Takeover"), publish_at=clock.now() + timedelta(hours=1))
    act(subjects.rename, "tag", "takeover", name="Takeover", new_slug="quba")
    assert aliases() == {"tag/quba": None}
    assert not _is_open("tag/quba")


def test_a_merge_of_overlapping_tags_keeps_every_item_once() -> None:
    published("Both", "A", "B")
    published("Only A", "A")
    key = published("Was A, is B", "A")
    act(items.save, key, checked(ItemDraft(headline="Was A, is B", tags=(TagName("B"),)), ("en",)), base=1)
    act(publishing.update, key)
    other = published("Was B, is A", "B")
    act(items.save, other, checked(ItemDraft(headline="Was B, is A", tags=(TagName("A"),)), ("en",)), base=1)
    act(publishing.update, other)
    plan = written("Planned", "A")
    act(publishing.schedule, plan, publish_at=clock.now() + timedelta(hours=1))
    act(subjects.merge, "tag", "a", "b")
    assert headlines("tag/b") == ["Was B, is A", "Was A, is B", "Only A", "Both"]
    assert headlines("tag/a") == []
    assert misplaced() == set()
    there = feed("tag/b")
    assert there
    assert there.until < clock.NEVER, "the plan came along"
    with db.reading() as session:
        assert session.scalars(select(Tag.name)).all().count("A") == 0


def test_merging_into_what_has_no_feeds_hands_them_over() -> None:
    published("One", "A")
    first = guid("tag/a")
    written("Draft", "B")
    act(subjects.merge, "tag", "a", "b")
    assert (guid("tag/b"), aliases()) == (first, {"tag/a": "tag/b"})


def test_a_subject_made_on_purpose_has_its_feeds_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    row = act(subjects.add, "category", "Culture")
    build.build(Key("en", "category/culture"))
    assert _is_open("category/culture")
    assert verify.differences() == []
    with pytest.raises(Invalid) as told:
        act(subjects.add, "category", "culture")
    assert told.value.problems == {"name": ("subject_named", {})}
    act(subjects.remove, "category", row.slug)
    assert aliases() == {"category/culture": None}
    act(subjects.add, "category", "Culture")
    assert aliases() == {}


def test_organisations_are_renamed_and_nothing_else() -> None:
    published("One")
    with db.reading() as session:
        slug = subject_lists.listed(session, "organisation", now=clock.now(), limit=1)[0].slug
    act(subjects.rename, "organisation", slug, name="New name", new_slug="new-name")
    assert "One" in headlines("organisation/new-name")
    assert aliases() == {f"organisation/{slug}": "organisation/new-name"}
    for verb, more in ((subjects.merge, ("new-name",)), (subjects.remove, ())):
        with pytest.raises(NotFound):
            act(verb, "organisation", "new-name", *more)


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"name": " "}, {"name": "missing"}),
        ({"name": "x" * 121}, {"name": "too_long"}),
        ({"name": "BAKU"}, {"name": "subject_named"}),
        ({"name": "Quba", "new_slug": "Not a slug!"}, {"slug": "slug_form"}),
        ({"name": "Quba", "new_slug": "x" * 101}, {"slug": "too_long"}),
        ({"name": "Quba", "new_slug": "baku"}, {"slug": "subject_slug_taken"}),
        ({"name": "Quba", "tag_kind": "planet"}, {"kind": "unknown_kind"}),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, str], problems: dict[str, str]) -> None:
    written("One", "Quba", "Baku")
    with pytest.raises(Invalid) as told:
        act(subjects.rename, "tag", "quba", **given)
    assert {name: code for name, (code, _) in told.value.problems.items()} == problems


def test_only_who_shapes_the_taxonomy_may() -> None:
    written("One", "A", "B")
    for verb, args, kwargs in (
        (subjects.add, ("theme", "C"), {}),
        (subjects.rename, ("tag", "a"), {"name": "C"}),
        (subjects.merge, ("tag", "a", "b"), {}),
        (subjects.remove, ("tag", "a"), {}),
    ):
        with pytest.raises(NotAllowed):
            road.act(verb, *args, actor=WRITER, **kwargs)


def test_each_verb_leaves_one_line_in_the_audit_log() -> None:
    written("One", "A", "B")
    act(subjects.add, "person", "Əli")
    act(subjects.rename, "tag", "a", name="C", new_slug="c", tag_kind="place")
    act(subjects.merge, "tag", "c", "B")
    act(subjects.remove, "tag", "b")
    with db.reading() as session:
        rows = session.scalars(select(Audit).order_by(Audit.id.desc()).limit(4)).all()
        assert [(row.action, row.subject, row.detail) for row in rows[::-1]] == [
            ("add-tag", "eli", {"name": "Əli", "kind": "person"}),
            ("rename-tag", "c", {"name": ["A", "C"], "address": ["a", "c"], "kind": ["theme", "place"]}),
            ("merge-tag", "c", {"name": "C", "into": "b"}),
            ("delete-tag", "b", {"name": "B", "texts": 1}),
        ]
        assert broken_seal(session) is None


def test_a_program_that_read_an_item_before_must_read_it_again() -> None:
    key = written("One", "A")
    for verb, args, kwargs in (
        (subjects.rename, ("tag", "a"), {"name": "B", "new_slug": "b"}),
        (subjects.remove, ("tag", "b"), {}),
    ):
        before = _version(key)
        act(verb, *args, **kwargs)
        assert _version(key) == before + 1


def _version(key: str) -> int:
    with db.reading() as session:
        return session.scalars(
            select(Translation.version).join(Translation.item).where(Translation.item.has(key=key))
        ).one()


def test_lists_count_what_carries_a_subject() -> None:
    published("One", "Şuşa")
    key = published("Two", "Şuşa")
    act(items.save, key, checked(ItemDraft(headline="Two", tags=(TagName("Baku"),)), ("en",)), base=1)
    with db.reading() as session:
        now = clock.now()
        found = {s.name: s.items for s in subject_lists.listed(session, "theme", now=now, limit=9)}
        assert (found["Baku"], found["Şuşa"]) == (1, 2), "what the public sees still carries it"
        for most, told in ((2, (2, False)), (1, (1, True))):  # the desk's list counts so far and no further
            line = next(
                s for s in subject_lists.listed(session, "theme", now=now, limit=9, most=most) if s.name == "Şuşa"
            )
            assert (line.items, line.more) == told
        searched = subject_lists.listed(session, "theme", now=now, search="ŞUŞA", limit=9)
        assert [s.slug for s in searched] == ["susa"]
        assert subject_lists.count(session, "theme", "%") == 0


def lay(scope: str) -> None:
    """Has a feed read and built, as readers do."""
    build.build(Key("en", scope))
    assert shelf.mark(settings.current().instance, Key("en", scope))


def test_feeds_under_an_old_scope_go_from_the_shelf_at_once() -> None:
    published("One", "A", "B")
    for scope in ("tag/a", "tag/b"):
        lay(scope)
    instance = settings.current().instance
    act(subjects.rename, "tag", "a", name="A", new_slug="c")
    assert shelf.mark(instance, Key("en", "tag/a")) is None
    with pytest.raises(NotFound):
        build.build(Key("en", "tag/a"))
    lay("tag/c")
    act(subjects.merge, "tag", "c", "b")
    assert shelf.mark(instance, Key("en", "tag/c")) is None
    act(subjects.remove, "tag", "b")
    assert shelf.mark(instance, Key("en", "tag/b")) is None


def test_another_nodes_ticker_takes_them_down_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verb runs on a node that has nothing on its shelf; this one's ticker must find out by itself."""
    published("One", "A")
    lay("tag/a")
    look, here = watch.Watch(), Key("en", "tag/a")
    watch.follow(look)
    monkeypatch.setattr(road, "take_down", lambda _: None)
    act(subjects.remove, "tag", "a")
    act(publishing.schedule, written("Secret", "A"), publish_at=clock.now() + timedelta(hours=1))
    assert shelf.mark(settings.current().instance, here)
    watch.follow(look)
    assert shelf.mark(settings.current().instance, here) is None, "and it is not built for the secret one"
    published("Two", "A")
    lay("tag/a")
    watch.follow(watch.Watch())  # a new ticker looks at everything that ever moved
    assert shelf.mark(settings.current().instance, here)


def test_a_feed_that_failed_and_then_moved_is_not_tried_for_ever() -> None:
    published("One", "A")
    look = watch.Watch(failed={Key("en", "tag/a"), Key("en", "tag/never")})
    act(subjects.remove, "tag", "a")
    watch.follow(look)
    assert look.failed == set()


def many(session: Any, scope: str, count: int, *, every: int, now: Any, ago: int = 0) -> None:
    """Public items of a scope, by rows: one text each, `every` minutes apart."""
    base = session.scalar(select(func.max(Publication.id))) or 0
    template = session.scalars(select(Publication).limit(1)).one()
    feeds = places.ensure(session, [scope], version=1, now=now)
    first_translation = session.scalar(select(func.max(Translation.id))) or 0
    item_id = session.scalars(select(Translation.item_id).limit(1)).one()
    languages = [f"x{base}-{n}"[:12] for n in range(count)]
    session.execute(
        insert(Translation),
        [
            {
                "id": first_translation + n + 1,
                "item_id": item_id,
                "language": languages[n],
                "state": "draft",
                "version": 0,
                "changed_at": now,
            }
            for n in range(count)
        ],
    )
    moments = [now - timedelta(minutes=ago + every * (count - n)) for n in range(count)]
    session.execute(
        insert(Publication),
        [
            {
                "id": base + n + 1,
                "translation_id": first_translation + n + 1,
                "revision_id": template.revision_id,
                "language": "en",
                "kind": "publish",
                "at": moments[n],
                "opening": True,
                "note": "",
                "created_at": moments[n],
                "live_at": moments[n],
            }
            for n in range(count)
        ],
    )
    session.execute(
        insert(Placement),
        [
            {
                "publication_id": base + n + 1,
                "feed_id": feeds[scope, "en"],
                "at": moments[n],
                "opening_id": base + n + 1,
                "moment": moments[n],
                "stands": True,
            }
            for n in range(count)
        ],
    )


def walked(scope: str) -> tuple[list[int], list[int]]:
    """The items that a reader meets who walks back from a feed, and how many stood in each archive document."""
    with db.reading() as session:
        now, found = clock.now(), feed(scope)
        assert found
        newest = listing.outlines(session, "en", scope, now=now, limit=51)
        met, sizes = [one.publication_id for one in newest[:50]], []
        front = archives.fronts(session, [found], now=now)[found.id]
        number = archives.behind(session, found, front, newest[50].place, newest[49].place) if newest[50:] else None
        while number:
            document = archives.find(session, found, number, now=now)
            assert document
            met += [one.publication_id for one in document.entries]
            sizes.append(len(document.entries))
            assert document.older is None or document.older < number
            number = document.older
        return met, sizes


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ((1000, 10, 0), (1000, 10, 0)),
        ((900, 3, 0), (700, 1, 0)),
        ((30, 1, 0), (2000, 1, 0)),
        ((600, 1, 20_000), (1000, 60, 0)),  # all of it falls into one document of the other
        ((2600, 1, 20_000), (3000, 60, 0)),
    ],
)
@pytest.mark.parametrize("direction", ["a", "b"])
def test_archives_of_merged_feeds_are_walked_item_by_item(
    here: tuple[int, int, int], there: tuple[int, int, int], direction: str
) -> None:
    written("One", "A", "B")
    with db.transaction() as session:
        now = clock.now()
        many(session, "tag/a", here[0], every=here[1], ago=here[2], now=now)
        many(session, "tag/b", there[0], every=there[1], ago=there[2], now=now)
    for scope in ("tag/a", "tag/b"):
        with db.reading() as session:
            end = listing.outlines(session, "en", scope, now=clock.now(), limit=20)[-1].place
        found = feed(scope)
        assert found
        archives.cut_off(found.id, end)
    gone, kept = ("a", "b") if direction == "a" else ("b", "a")
    act(subjects.merge, "tag", gone, kept)
    met, sizes = walked(f"tag/{kept}")
    assert len(met) == len(set(met)) == here[0] + there[0]
    assert max(sizes) <= archives.RIPE
    found = feed(f"tag/{kept}")
    assert found
    with db.reading() as session:
        end = listing.outlines(session, "en", f"tag/{kept}", now=clock.now(), limit=50)[-1].place
    archives.cut_off(found.id, end)  # it goes on where it was
    assert sorted(walked(f"tag/{kept}")[0]) == sorted(met)


def named(*tags: TagName, categories: tuple[str, ...] = ()) -> tuple[set[str], set[str]]:
    """The slugs of what a new item has that names its subjects so."""
    text = ItemDraft(headline="New", tags=tags, categories=categories)
    head = act(items.create, checked(text, ("en",))).head
    return {tag.slug for tag in head.tags}, {category.slug for category in head.categories}


def test_a_new_item_that_names_a_subject_as_it_was_called_before_has_what_it_became() -> None:
    written("One", "Wireless", "Antennas", "Cables", categories=("Tech",))
    act(subjects.rename, "tag", "wireless", name="Mobile")  # at its old address
    act(subjects.rename, "tag", "antennas", name="Towers", new_slug="towers", tag_kind="place")
    act(subjects.rename, "category", "tech", name="Technology", new_slug="technology")
    assert named(TagName("WIRELESS"), TagName("antennas", "theme")) == ({"wireless", "towers"}, set())
    assert named(categories=("tech",)) == (set(), {"technology"})
    assert named(TagName("Antennas", "person"))[0] == {"antennas"}  # somebody else of that name: a person
    act(subjects.merge, "tag", "wireless", "Cables")
    assert named(TagName("Wireless"), TagName("Mobile")) == ({"cables"}, set())
    act(subjects.rename, "tag", "cables", name="Mobile")  # back to a name that led here
    act(subjects.rename, "tag", "cables", name="Lines")
    assert named(TagName("cables", "theme"), TagName("mobile"), TagName("wireless")) == ({"cables"}, set())
    other = act(subjects.add, "theme", "Wireless")  # on purpose: it is another one
    assert other.slug != "cables"
    assert named(TagName("Wireless")) == ({other.slug}, set())
    act(subjects.remove, "tag", "cables")
    assert named(TagName("Mobile"))[0].isdisjoint({"cables"})
    with db.reading() as session:
        led = set(session.scalars(select(FormerName.target).where(FormerName.kind == "tag")))
        assert led <= set(session.scalars(select(Tag.id)))
