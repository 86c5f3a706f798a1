"""No address tells of an item that is not public: slugs are numbered by what readers can see, and by nothing else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedsvc import db
from feedsvc.errors import Invalid
from feedsvc.models import Publication, Tag
from feedsvc.newsroom import items, public, publishing, taxonomy, whereabouts
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.public import Shown
from feedsvc.newsroom.standing import Standing, find, standing
from feedsvc.newsroom.whereabouts import Moved
from feedsvc.newsroom.workflow import SYSTEM

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def newsroom(instance: Path) -> Path:
    return instance


def act(verb: Any, *args: Any, now: datetime = NOW, **kwargs: Any) -> Any:
    with db.transaction() as session:
        return verb(session, *args, actor=SYSTEM, now=now, **kwargs)


def written(headline: str = "Secret merger", **fields: Any) -> str:
    return str(act(items.create, checked(ItemDraft(headline=headline, **fields), ("en",))).item.key)


def saved(key: str, base: int, **fields: Any) -> None:
    act(items.save, key, checked(ItemDraft(**fields), ("en",)), base=base)


def stands(key: str, now: datetime = NOW) -> Standing:
    with db.reading() as session:
        return standing(session, find(session, key), now=now)


def at(slug: str, now: datetime = NOW) -> str:
    """Whose page stands at a slug: the item's key, `→ slug`, or nothing."""
    with db.reading() as session:
        found = whereabouts.at_slug(session, "en", slug, now=now)
    return found.item_key if isinstance(found, Shown) else f"→ {found.slug}" if isinstance(found, Moved) else ""


def test_a_draft_costs_another_item_no_address() -> None:
    first, second = written(), written()
    assert stands(first).head.slug == stands(second).head.slug == "secret-merger"
    act(publishing.publish, second)
    assert at("secret-merger") == second
    act(publishing.publish, first, now=NOW + HOUR)
    assert at("secret-merger", NOW + HOUR) == second
    assert at("secret-merger-2", NOW + HOUR) == first
    assert stands(first, NOW + HOUR).approved


def test_an_automatic_slug_is_numbered_by_what_is_public_and_a_chosen_one_refused() -> None:
    act(publishing.publish, written())
    assert stands(written()).head.slug == "secret-merger-2"
    with pytest.raises(Invalid) as caught:
        written("Other", slug="secret-merger")
    assert "slug" in caught.value.problems


def test_saving_without_touching_the_address_is_never_refused() -> None:
    first, second = written(), written()
    act(publishing.publish, second)
    saved(first, 1, headline="Secret merger", body_html="<p>More</p>", slug="secret-merger")
    assert stands(first).head.slug == "secret-merger-2"


def test_what_is_planned_steps_aside_for_what_is_public_sooner() -> None:
    planned, now = written(summary="The plan"), written()
    moment = NOW + HOUR
    act(publishing.schedule, planned, moment)
    act(publishing.publish, now)
    assert (at("secret-merger"), at("secret-merger-2")) == (now, "")
    here = stands(planned)
    assert (here.pending.at, here.head.slug, here.approved) == (moment, "secret-merger-2", True)
    assert (at("secret-merger", moment), at("secret-merger-2", moment)) == (now, planned)
    with db.reading() as session:
        shown = public.of_translation(session, here.translation.id, now=moment)
    assert (shown.published, shown.revision.summary) == (moment, "The plan")


def test_a_plan_that_steps_aside_leaves_the_working_text_alone() -> None:
    planned, now = written(), written()
    act(publishing.schedule, planned, NOW + HOUR)
    saved(planned, 1, headline="Later words")
    act(publishing.publish, now)
    here = stands(planned)
    assert (here.head.headline, here.head.number, here.state) == ("Later words", 2, "scheduled")
    assert at("secret-merger-2", NOW + HOUR) == planned
    saved(planned, 2, headline="Still later")
    assert stands(planned).head.headline == "Still later"


def test_a_row_of_plans_moves_up_without_a_gap() -> None:
    one, two, three, now = (written() for _ in range(4))
    for hours, key in enumerate((one, two, three), 1):
        act(publishing.schedule, key, NOW + hours * HOUR)
    act(publishing.publish, now)
    end = NOW + 4 * HOUR
    assert [at(s, end) for s in ("secret-merger", *(f"secret-merger-{n}" for n in (2, 3, 4)))] == [now, one, two, three]
    with db.reading() as session:
        assert public.moments(session, "en", now=NOW)[1] == NOW + HOUR


def test_what_is_planned_later_is_numbered_and_a_correction_steps_aside_too() -> None:
    first, second = written(), written()
    act(publishing.schedule, first, NOW + HOUR)
    act(publishing.schedule, second, NOW + 2 * HOUR)
    assert stands(second).head.slug == "secret-merger-2"
    live, rival = written("Live"), written("Renamed")
    act(publishing.publish, live)
    saved(live, 1, headline="Live", slug="renamed")
    act(publishing.correct, live, "A note.", publish_at=NOW + HOUR)
    act(publishing.publish, rival)
    assert (at("renamed", NOW + HOUR), at("renamed-2", NOW + HOUR)) == (rival, live)
    assert at("live", NOW + HOUR) == "→ renamed-2"
    with db.reading() as session:
        kinds = [p.kind for p in session.query(Publication).filter_by(translation_id=stands(live).translation.id)]
    assert kinds == ["publish", "correct", "correct"]


def test_a_long_slug_is_numbered_in_the_form_of_slugs() -> None:
    headline = "a" * 94 + " bcdef"
    for _ in range(2):
        act(publishing.publish, written(headline))
    assert stands(written(headline)).head.slug == "a" * 94 + "-3"


def test_a_tag_of_a_taken_slug_gets_letters_that_follow_from_its_name_alone() -> None:
    def slugs(*tags: TagName) -> list[str]:
        with db.transaction() as session:
            return [tag.slug for tag in taxonomy.tags(session, tags, now=NOW)]

    plus, person = TagName("C++", "theme"), TagName("C", "person")
    first, second, third = slugs(TagName("C", "theme"), plus, person)
    assert first == "c"
    for slug in (second, third):
        assert slug.startswith("c-")
        assert len(slug) == 6
        assert slug[2:].isalpha()
    with db.transaction() as session:
        for tag in session.query(Tag).filter(Tag.slug.in_((second, third))):
            session.delete(tag)
    assert slugs(person, plus) == [third, second]
