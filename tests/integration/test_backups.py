"""Backup and restore of a whole newsroom, on the database of the run: what is put back is what was there."""

import contextlib
import gzip
import io
import json
import re
import tarfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import zstandard
from click.testing import CliRunner, Result
from databases import KIND, Database, let_go
from picture_samples import picture
from sqlalchemy import insert, select, text, update

from feedsvc import clock, db, errors, migrate, road, settings, shelf
from feedsvc.backups import keeping, package
from feedsvc.cli import cli
from feedsvc.feeds import build
from feedsvc.models import Audit, Hold, Item, Notice, Revision, Role
from feedsvc.newsroom import items, pictures, publishing
from feedsvc.newsroom.drafts import ItemDraft, TagName, checked
from feedsvc.newsroom.workflow import SYSTEM

Rows = dict[str, list[str]]


def told(_: int) -> None:
    pass


def rows() -> Rows:
    """Every row of every table, in words."""
    with db.reading() as session:
        found = {t.name: session.execute(select(t)).all() for t in db.Base.metadata.sorted_tables}
    return {name: sorted(map(repr, lines)) for name, lines in found.items()}


def wrote(headline: str) -> str:
    draft = ItemDraft(
        headline=headline, body_html="<p>Ünsüz, “quotes”, \\N, a tab\tand a line.</p>", tags=(TagName("Şəki", "place"),)
    )
    key: str = road.act(items.create, checked(draft, ("en",)), actor=SYSTEM).item.key
    return key


def shown(file: Path) -> str:
    """When a backup was made, as commands say it."""
    with package.opened(file) as reader:
        made = datetime.fromisoformat(reader.manifest.made_at)
    return made.astimezone(ZoneInfo("Asia/Baku")).isoformat(" ", "seconds")


def feed(instance: Path) -> bytes:
    """The news feed as it lies on the shelf."""
    build.build_all([shelf.Key("en", "news")])
    return b"".join(
        gzip.decompress(path.read_bytes())
        for path in (shelf.folder(instance, shelf.Key("en", "news")) / shelf.CURRENT).glob("*.gz")
    )


def run(*words: str) -> Result:
    """A command, as the only process of the newsroom."""
    let_go()
    try:
        return CliRunner(env={}).invoke(cli, list(words))
    finally:
        let_go()


def test_what_is_put_back_is_what_was_there(instance: Path, tmp_path: Path) -> None:
    road.act(pictures.add, pictures.prepared(picture(), "a.jpg"), actor=SYSTEM)
    road.act(publishing.publish, wrote("In the backup"), actor=SYSTEM)
    wrote("Only a draft")
    with db.transaction() as session:
        late = {"tries": 0, "created_at": clock.now(), "due_at": clock.now(), "recipient": "a@example.org"}
        session.execute(insert(Notice).values(kind="late", subject="Waits", body="…", **late))
    let_go()  # Rendered entries are kept a moment later.
    before, key = rows(), (instance / "secret-key").read_bytes()
    file = tmp_path / "one.tar.zst"
    made = run("backup", str(file))
    assert (made.exit_code, oct(file.stat().st_mode & 0o777)) == (0, "0o600"), made.output
    assert keeping.last_file(instance).exists()
    assert rows() == before

    road.act(publishing.publish, wrote("After the backup"), actor=SYSTEM)
    (instance / "secret-key").write_text("another one")
    assert rows()["item"] != before["item"]
    put = run("restore", "--replace", "--go-on", str(file))
    assert put.exit_code == 0, put.output + repr(put.exception)
    after = rows()
    assert {name for name in before if before[name] != after[name]} == {"notice", "audit"}
    assert len(after["audit"]) == len(before["audit"]) + 1
    assert "'restore'" in after["audit"][-1] or any("'restore'" in row for row in after["audit"])
    with db.reading() as session:
        assert session.scalar(select(Notice.sent_at).where(Notice.subject == "Waits")) is not None
    assert (instance / "secret-key").read_bytes() == key
    assert [path.read_text() for path in instance.glob("secret-key-before-*")] == ["another one"]
    assert len(list(instance.glob("newsroom-before-restore-*.sqlite"))) == (KIND != "postgresql")

    # What is append-only is so again, and numbers of rows go on where they were.
    with (
        contextlib.suppress(errors.FeedsvcError),
        pytest.raises(Exception, match="append-only"),
        db.transaction() as session,
    ):
        session.execute(update(Revision).values(headline="Forged"))
    again = wrote("After the restore")
    with db.reading() as session:
        assert session.scalar(select(Item.id).where(Item.key == again)) == len(after["item"]) + 1
    assert b"In the backup" in feed(instance)
    assert b"After the backup" not in feed(instance)


def repacked(file: Path, *, without: str = "", key: bytes = b"", **more: object) -> Path:
    """A copy of a backup that is a good archive and says something else."""
    with file.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
        content = stream.read()
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        members = [(info.name, tar.extractfile(info).read()) for info in tar]  # type: ignore[union-attr]
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, said in ((name, said) for name, said in members if name != without):
            data = json.dumps({**json.loads(said), **more}).encode() if name == package.MANIFEST else said
            data = key if key and name == package.KEY else data
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    other = file.with_name(f"other-{len(list(file.parent.iterdir()))}")
    other.write_bytes(zstandard.compress(made.getvalue()))
    return other


def test_what_is_no_whole_backup_of_this_newsroom_changes_nothing(instance: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.tar.zst"
    assert run("backup", str(file)).exit_code == 0
    assert "is there already" in str(run("backup", str(file)).exception)
    assert "made" in run("restore", "--check", str(file)).output
    content = file.read_bytes()
    half, turned, nothing = tmp_path / "half", tmp_path / "turned", tmp_path / "nothing"
    half.write_bytes(content[: len(content) * 2 // 3])
    middle = len(content) // 2
    turned.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    nothing.write_bytes(b"This is no backup.")
    before = rows()
    cases = {
        half: "damaged", turned: "damaged", nothing: "no backup",
        repacked(file, database="oracle"): "of oracle",
        repacked(file, migration="9999"): "newer version",
        repacked(file, format=2): "newer one",
        repacked(file, without=package.DIGESTS): "cut short",
        repacked(file, key=b"another key"): "damaged",
        repacked(file, made_at="yesterday"): "when it was made",
        repacked(file, address="http://elsewhere.example"): "whole",
    }  # fmt: skip
    for broken, said in cases.items():
        done = run("restore", "--replace", str(broken))
        refused = said == "whole"  # The digest of what only informs is not what a restore hangs on.
        assert (done.exit_code == 0) == refused, (broken.name, done.output)
        if not refused:
            assert isinstance(done.exception, errors.Refused), repr(done.exception)
            assert said in str(done.exception)
            assert rows() == before, broken.name
    assert "--replace" in str(run("restore", str(file)).exception)
    assert not [path for path in instance.iterdir() if "restoring" in path.name]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_backup_of_an_older_schema_is_brought_up_to_this_one(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDSVC_INSTANCE", str(tmp_path))
    settings.current.cache_clear()
    older = sorted(migrate.known())[-2]
    with db.migrating() as connection:
        migrate.to_head(connection, older)
        connection.execute(text("INSERT INTO role (id, name, grants) VALUES (7, 'older', '[]')"))
    file = tmp_path / "one.tar.zst"
    done = [run("backup", str(file)), run("restore", "--replace", str(file))]
    assert [one.exit_code for one in done] == [0, 0], done
    with package.opened(file) as reader, db.reading() as session:
        assert reader.manifest.migration == older
        assert migrate.at(session) == migrate.head()
        assert "older" in session.scalars(select(Role.name)).all()


def waits() -> None:
    """A mail that the server has not taken yet."""
    with db.transaction() as session:
        late = {"tries": 0, "created_at": clock.now(), "due_at": clock.now(), "recipient": "a@example.org"}
        session.execute(insert(Notice).values(kind="late", subject="Waits", body="…", **late))


def died() -> None:
    raise RuntimeError("died")


def names_in(instance: Path) -> list[str]:
    """Every file but SQLite's own beside the newsroom's."""
    return sorted(
        path.name for path in instance.iterdir() if path.is_file() and path.suffix[-4:] not in ("-wal", "-shm")
    )


def test_who_dies_behind_the_rows_leaves_nothing_to_be_mailed(
    instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = (instance / "secret-key").read_bytes()
    waits()
    file = tmp_path / "one.tar.zst"
    assert run("backup", str(file)).exit_code == 0
    (instance / "secret-key").write_text("another one")
    monkeypatch.setattr(shelf, "clear", lambda _: died())
    assert "died" in str(run("restore", "--replace", str(file)).exception)
    with db.reading() as session:
        assert session.scalars(select(Notice.sent_at)).all() != [None]
        assert "restore" in session.scalars(select(Audit.action)).all()
        assert publishing.is_held(session)
    assert (instance / "secret-key").read_bytes() == key


def test_what_fails_behind_the_rows_changes_nothing(
    instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits()
    file = tmp_path / "one.tar.zst"
    assert run("backup", str(file)).exit_code == 0
    wrote("After the backup")
    (instance / "secret-key").write_text("another one")
    let_go()
    before, names = rows(), names_in(instance)
    put = keeping._key_put

    @contextlib.contextmanager
    def put_and_died(key: bytes) -> Iterator[None]:
        with put(key):
            assert (instance / "secret-key").read_bytes() == key != b"another one"
            died()
            yield

    monkeypatch.setattr(keeping, "_key_put", put_and_died)
    assert "died" in str(run("restore", "--replace", str(file)).exception)
    assert rows() == before
    let_go()
    assert (instance / "secret-key").read_text() == "another one"
    assert names_in(instance) == names


def test_what_was_called_off_since_the_backup_stays_held(instance: Path, tmp_path: Path) -> None:
    key, later = wrote("Called off since"), clock.now() + timedelta(seconds=4)
    road.act(publishing.publish, wrote("Public before"), actor=SYSTEM)
    road.act(publishing.schedule, key, later, actor=SYSTEM)
    file = tmp_path / "one.tar.zst"
    assert run("backup", str(file)).exit_code == 0
    road.act(publishing.unschedule, key, actor=SYSTEM)
    done = run("restore", "--replace", str(file))
    for said in (
        "public texts: 2 in en; the newest “Public before”",
        f"as of {shown(file)}: Restored from the backup of",
        f"“Called off since” (en)  http://newsroom.test/desk/items/{key}",
        "lift the hold: `feedsvc unhold`, or http://newsroom.test/desk/unhold.",
        "withdraw it once more",
        "Next: start it",
        "`feedsvc unhold --dry-run`",
    ):
        assert said in done.output, said
    assert "It was made of" not in done.output
    with db.reading() as session, package.opened(file) as reader:
        hold = session.scalars(select(Hold)).one()
        assert (hold.started_at.isoformat(), hold.lifted_at) == (reader.manifest.made_at, None)
    while clock.now() < later:
        time.sleep(0.05)
    assert b"Public before" in feed(instance)
    assert b"Called off since" not in feed(instance)
    told = run("unhold", "--dry-run").output
    assert "when the hold is lifted: one text." in told
    assert f"“Called off since” (en)  http://newsroom.test/desk/items/{key}" in told
    with db.reading() as session:
        assert publishing.is_held(session)
    gone_on = run("restore", "--replace", "--go-on", str(file))
    assert gone_on.exit_code == 0
    assert "Nothing is held" in gone_on.output
    assert "Come to its moment while nobody ran the newsroom, dated as it was planned: one text." in gone_on.output
    assert "--dry-run" not in gone_on.output
    assert b"Called off since" in feed(instance)


@pytest.mark.usefixtures("instance")
def test_a_backup_goes_to_a_folder_that_is_there_and_says_how_large_it_is(tmp_path: Path) -> None:
    refused = CliRunner().invoke(cli, ["backup", str(tmp_path / "nowhere" / "one.tar.zst")])
    assert str(refused.exception).startswith(f"There is no folder {tmp_path / 'nowhere'}: make it first")
    assert re.search(r", [1-9][0-9]* kB, read back and whole\.", run("backup", str(tmp_path / "one.tar.zst")).output)


def test_a_backup_put_into_another_instance_says_what_is_another_there(
    instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (instance / "secret-key").write_text("the backup's")
    file = tmp_path / "one.tar.zst"
    assert run("backup", str(file)).exit_code == 0
    monkeypatch.setenv("FEEDSVC_BASE_URL", "https://copy.example.com")
    monkeypatch.setenv("FEEDSVC_SECRET_KEY", "k" * 40)
    settings.current.cache_clear()
    told = run("restore", "--replace", str(file)).output
    assert "It was made of http://newsroom.test, and here it is https://copy.example.com" in told
    assert "another key than the backup's: codes from phones fail here" in told
    assert "https://copy.example.com/desk/unhold" in told
    assert "The newsroom does not run here" in told
    assert "Mails that waited when the backup was made are not sent once more." in told
