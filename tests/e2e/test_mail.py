"""A moment that was missed reaches a person: by a real mail server, and in the log."""

import time
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from served import EMAIL, free_port, newsroom, wait_for
from test_time import in_seconds


class Inbox:
    """What the mail server took."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], str]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self.letters.append((envelope.rcpt_tos, envelope.content.decode("utf-8")))
        return "250 taken"


def test_missed_moment_is_mailed_once_and_logged(tmp_path: Path) -> None:
    inbox, port = Inbox(), free_port()
    settings = {"FEEDSVC_SMTP_URL": f"smtp://127.0.0.1:{port}", "FEEDSVC_LATE_AFTER_SECONDS": "1"}
    with newsroom(tmp_path / "late", **settings) as served:
        key = served.draft("Missed while away", slug="missed")
        at, moment = in_seconds(2)
        served.act(key, "schedule", publish_at=at)
        served.kill()
        time.sleep(max(0.0, moment + 1.5 - time.time()))
        # The mail server is away as well at first: the notice waits in the database.
        served.start()
        assert wait_for(lambda: "moment_missed" in served.log(), 10)
        assert wait_for(lambda: "mail_not_sent" in served.log(), 15)
        server = Controller(inbox, hostname="127.0.0.1", port=port)
        server.start()
        try:
            served.run("job", "mail")
            served.stop()
            served.start()
            assert wait_for(lambda: inbox.letters, 90, 0.2)
            time.sleep(1)
        finally:
            server.stop()
    ((to, letter),) = inbox.letters
    assert to == [EMAIL]
    assert "Missed while away" in letter
