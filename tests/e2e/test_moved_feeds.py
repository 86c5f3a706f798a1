"""Renaming, merging and deleting over HTTP: what is served, from which address, and how soon."""

import time
from pathlib import Path

from patience import PATIENCE
from served import FORMATS, Served, newsroom, wait_for


def tagged(served: Served, headline: str, *tags: str) -> str:
    key = served.draft(headline, tags=list(tags))
    served.act(key, "publish")
    return key


def status(served: Served, scope: str) -> set[int]:
    return {served.get(f"/feeds/{scope}.{suffix}").status for suffix in FORMATS}


def verified(served: Served) -> None:
    """Every byte on the shelf is what the rows say."""
    assert wait_for(lambda: served.run("feeds", "verify", check=False).returncode == 0, 10, 0.5), served.run(
        "feeds", "verify", check=False
    ).stderr


def test_feeds_move_with_their_subject_and_show_its_new_name(served: Served) -> None:
    tagged(served, "One", "Quba")
    plan = served.draft("Secret plan", tags=["Quba"])
    served.act(plan, "schedule", publish_at="2035-01-01T00:00:00Z")
    before = served.get("/feeds/tag/quba.json").json()
    assert status(served, "tag/quba") == {200}
    served.run("subjects", "rename", "tag", "quba", "Quba rayonu", "--slug", "quba-rayonu")
    done = time.monotonic()
    assert wait_for(lambda: 200 not in status(served, "tag/quba"), 1), "the old address must not serve"
    for suffix in FORMATS:
        for scope in ("news", "tag/quba-rayonu"):
            shown = wait_for(lambda s=suffix, f=scope: "Quba rayonu" in served.get(f"/feeds/{f}.{s}").text, 2)
            assert shown, f"{scope}.{suffix}"
            assert "Secret plan" not in served.get(f"/feeds/{scope}.{suffix}").text
    assert time.monotonic() - done < 2 * PATIENCE
    after = served.get("/feeds/tag/quba-rayonu.json").json()
    assert [item["id"] for item in after["items"]] == [item["id"] for item in before["items"]]
    assert after["feed_url"].endswith("/feeds/tag/quba-rayonu.json")
    verified(served)


def test_old_feeds_are_not_served_once_a_verb_has_returned(served: Served) -> None:
    """Not by any of the web processes, although the verb ran in another one beside them."""
    tagged(served, "Two", "Lerik", "Lənkəran")
    for scope in ("tag/lerik", "tag/lenkeran"):
        assert status(served, scope) == {200}
    served.run("subjects", "merge", "tag", "lerik", "Lənkəran")
    assert not [n for n in range(40) if served.get("/feeds/tag/lerik.atom").status == 200]
    assert "Lerik" not in served.get("/feeds/tag/lenkeran.atom").text
    served.run("subjects", "delete", "tag", "lenkeran")
    assert not [n for n in range(40) if served.get("/feeds/tag/lenkeran.atom").status == 200]
    assert wait_for(lambda: "kəran" not in served.get("/feeds/news.atom").text, 2)
    tagged(served, "Three", "Lənkəran")
    fresh = wait_for(lambda: served.get("/feeds/tag/lenkeran.json").status == 200, 2)
    assert fresh
    assert [item["title"] for item in served.get("/feeds/tag/lenkeran.json").json()["items"]] == ["Three"]
    verified(served)


def test_a_category_made_on_purpose_is_served_at_once(served: Served) -> None:
    assert status(served, "category/culture").isdisjoint({200})
    assert served.run("subjects", "add", "category", "Culture").stdout.strip() == "culture"
    assert status(served, "category/culture") == {200}
    assert served.get("/feeds/category/culture.json").json()["items"] == []
    verified(served)


def test_a_planned_subject_stays_unseen_whatever_becomes_of_it(served: Served) -> None:
    plan = served.draft("Hidden", tags=["Takeover"])
    served.act(plan, "schedule", publish_at="2035-01-01T00:00:00Z")
    unknown = served.get("/feeds/tag/never-was.atom")
    for words in (("rename", "tag", "takeover", "Takeover", "--slug", "deal"), ("delete", "tag", "deal")):
        served.run("subjects", *words)
        for slug in ("takeover", "deal"):
            answer = served.get(f"/feeds/tag/{slug}.atom")
            assert (answer.status, answer.body) == (unknown.status, unknown.body)
    assert "deal" not in served.get("/feeds/news.atom").text


def test_a_mistake_is_one_line(served: Served) -> None:
    tagged(served, "Four", "Tovuz", "Qax")
    for words, told in (
        (("rename", "tag", "tovuz", "Tovuz", "--slug", "qax"), "slug: Another one has this address already."),
        (("merge", "tag", "tovuz", "Nowhere"), "into: There is none called “Nowhere”, and none at that address."),
        (("delete", "category", "nowhere"), "There is no such category."),
    ):
        done = served.run("subjects", *words, check=False)
        assert (done.returncode, done.stderr.strip().splitlines()[-1]) == (1, told)
    listed = served.run("subjects", "list", "--kind", "theme", "--search", "tovuz", "--json").stdout
    assert '"items": 1' in listed


def test_a_second_node_on_the_same_rows_takes_old_feeds_down_within_a_second(tmp_path: Path) -> None:
    """Two servers with a shelf each on one database: the other node hears of a move by its ticker alone."""
    with newsroom(tmp_path / "one") as one:
        database = one.database.url or f"sqlite:///{one.instance / 'newsroom.sqlite'}"
        with newsroom(tmp_path / "two", FEEDSVC_DATABASE_URL=database) as two:
            tagged(one, "One", "Quba")
            assert wait_for(lambda: two.get("/feeds/tag/quba.atom").status == 200, 3)
            one.run("subjects", "rename", "tag", "quba", "Quba", "--slug", "guba")
            began = time.monotonic()
            assert wait_for(lambda: two.get("/feeds/tag/quba.atom").status != 200, 3)
            assert time.monotonic() - began < 1.5 * PATIENCE
            assert two.get("/feeds/tag/guba.atom").status == 200
