"""What commands say to a shell: addresses whole, deeds told, slips of the pen named."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from apps import application
from click.testing import CliRunner, Result

from feedsvc import clock, db, egress, jobs, road, settings, variables
from feedsvc.cli import cli
from feedsvc.clock import whole_second
from feedsvc.errors import NotFound, WrongSettings
from feedsvc.newsroom import accounts, chain, items, publishing, subjects
from feedsvc.newsroom.drafts import ItemDraft, checked
from feedsvc.newsroom.workflow import SYSTEM

LONG = "a-very-long-name-of-a-subject-that-no-terminal-of-eighty-columns-could-ever-show-in-one-line"


def run(*words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(cli, list(words))
    assert done.exit_code == code, (done.output, done.exception)
    return done


@pytest.mark.usefixtures("instance")
def test_commands_of_subjects_say_what_they_did() -> None:
    run("subjects", "add", "theme", "Towers", "--slug", LONG)
    run("subjects", "add", "theme", "Masts")
    assert f"http://newsroom.test/tag/{LONG} " in run("subjects", "list", "--kind", "theme").output
    same = run("subjects", "rename", "tag", "masts", "Masts").output
    assert same == "Nothing to change: “Masts” is at http://newsroom.test/tag/masts.\n"
    assert (
        "“Poles” is at http://newsroom.test/tag/masts, as before."
        in run("subjects", "rename", "tag", "masts", "Poles").output
    )
    moved = run("subjects", "rename", "tag", "masts", "Poles", "--slug", "poles").output
    assert (
        "“Poles” is at http://newsroom.test/tag/poles. What readers knew at http://newsroom.test/tag/masts leads"
        in moved
    )
    merged = run("subjects", "merge", "tag", "poles", LONG).output
    assert merged.startswith(f"Merged: “Poles” is part of “Towers” at http://newsroom.test/tag/{LONG} now.")
    assert run("subjects", "delete", "tag", LONG).output == "Deleted: “Towers”. No text had it.\n"
    with db.reading() as session, pytest.raises(NotFound):
        subjects.find(session, "tag", LONG)


@pytest.mark.usefixtures("instance")
def test_a_hold_and_its_end_say_what_waits_and_what_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    def planned(headline: str, at: datetime) -> str:
        draft = checked(ItemDraft(headline=headline), ("en",))
        key: str = road.act(items.create, draft, actor=SYSTEM).item.key
        road.act(publishing.schedule, key, at, actor=SYSTEM)
        return key

    assert run("unhold").output.startswith("Nothing was held, so there was nothing to lift.\nNothing is held: ")
    soon = whole_second(clock.now()) + timedelta(hours=2)
    later = soon + timedelta(days=1)
    first = planned("Due under the hold", soon)
    for number in range(12):
        planned(f"Later {number}", later)
    told = run("hold", "--reason", "Somebody is ill").output
    assert ": Somebody is ill.\nWhat was live then stays so" in told
    assert "Nothing has fallen due since." in told
    assert "if that is after it: 13 texts." in told
    here = soon.astimezone(ZoneInfo("Asia/Baku")).isoformat(" ")
    assert f"    {here}  “Due under the hold” (en)  http://newsroom.test/desk/items/{first}\n" in told
    assert "“Later 8”" in told
    assert "“Later 9”" not in told
    assert "    … and more, at the desk\n" in told
    assert "The newsroom does not run here" in told
    again = run("hold", "--reason", "Another").output
    assert again.startswith("It was held already, and nothing was changed.\n")
    assert "Another" not in again
    monkeypatch.setattr(clock, "now", lambda: soon + timedelta(minutes=1))
    asked = run("unhold", "--dry-run").output
    assert "when the hold is lifted: one text.\n" in asked
    assert "if that is after it: 12 texts.\n" in asked
    lifted = run("unhold").output
    assert re.match(r"The hold as of .* is lifted\.\nOne text that had fallen due meanwhile went live now", lifted)
    assert f"    {here}  “Due under the hold” (en)" in lifted
    assert "Nothing is held: what is planned goes live at its moment.\nPlanned: 12 texts.\n" in lifted


@pytest.mark.usefixtures("instance")
def test_the_log_is_checked_from_a_shell() -> None:
    assert run("audit", "check").output.startswith("The chain is whole up to entry ")
    assert "Another process" in run("audit", "check", "--waiting").output
    with db.reading() as session:
        found = chain.newest(session)
    assert found
    assert found.asked_by == "system"


def test_a_slip_in_the_name_of_a_setting_is_named_at_the_start(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del instance
    assert variables.unknown() == []
    monkeypatch.setenv("FEEDSVC_BASE_ULR", "https://news.example.com")
    monkeypatch.setenv("FEEDSVC_COLOUR", "red")
    done = run("init")
    assert "FEEDSVC_BASE_ULR is set, and there is no such setting (is FEEDSVC_BASE_URL meant?)" in done.stderr
    assert "FEEDSVC_COLOUR is set, and there is no such setting; see" in done.stderr


@pytest.mark.usefixtures("instance")
def test_somebody_is_invited_from_a_shell_by_link_or_by_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    who = ("--name", "Leyla", "--role", "writer")
    assert "Choose one" in run("user", "add", "a@example.org", *who, "--link", "--mail", code=2).stderr
    refused = CliRunner().invoke(cli, ["user", "add", "a@example.org", *who, "--mail"])
    assert isinstance(refused.exception, WrongSettings)
    link = run("user", "add", "a@example.org", *who, "--link").output.strip()
    assert re.fullmatch(r"http://newsroom\.test/desk/link/[\w-]{32}", link)
    assert application().test_client().get(link.removeprefix("http://newsroom.test")).status_code == 200
    monkeypatch.setenv("FEEDSVC_SMTP_URL", "smtp://localhost:2525")
    settings.current.cache_clear()
    letters: list[tuple[list[str], str]] = []
    monkeypatch.setattr(egress, "send_mail", lambda _s, to, _subject, body: letters.append((to, body)))
    assert "on its way" in run("user", "add", "b@example.org", *who, "--mail").output
    jobs.run("mail")
    ((to, body),) = letters
    assert to == ["b@example.org"]
    assert "/desk/link/" in body
    assert not CliRunner().invoke(cli, ["user", "add", "c@example.org", *who[:3], "king", "--link"]).output
    with db.reading() as session, pytest.raises(NotFound):
        accounts.find_user(session, "c@example.org")  # both or neither
