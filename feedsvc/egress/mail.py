"""Mail to the newsroom's people, by the mail server that the operator named."""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from feedsvc.settings import Settings

TIMEOUT = 15.0
"""Seconds for each step of a mail's hand-over."""


def sender(settings: Settings) -> str:
    """The address that notices come from."""
    return settings.mail_from or f"newsroom@{urlsplit(settings.public_url).hostname}"


def send_mail(settings: Settings, to: list[str], subject: str, body: str) -> None:
    """Hands one mail over to the newsroom's mail server (RFC 5321), encrypted where the server offers it.

    Raises OSError (smtplib's errors are ones) when it was not taken; nothing is retried here.
    """
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender(settings), ", ".join(to), subject
    message.set_content(body)
    with _mail_server(settings) as server:
        server.send_message(message)


@contextlib.contextmanager
def _mail_server(settings: Settings) -> Iterator[smtplib.SMTP]:
    """The newsroom's mail server, signed in to."""
    parts = urlsplit(settings.smtp_url.get_secret_value())
    host, secure = parts.hostname or "", parts.scheme == "smtps"
    port = parts.port or (465 if secure else 587)
    context = ssl.create_default_context()
    connected = (
        smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
        if secure
        else smtplib.SMTP(host, port, timeout=TIMEOUT)
    )
    with connected as server:
        if not secure and server.has_extn("starttls"):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def greet_mail(settings: Settings) -> None:
    """Connects to the mail server and signs in, as for a mail, and sends none. Raises OSError."""
    with _mail_server(settings) as server:
        server.noop()
