"""Every outbound byte leaves here. So far that is mail, and what `doctor` asks; deliveries to subscribers will join it."""

import contextlib
import http.client
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from urllib.parse import unquote, urlsplit

from feedsvc.settings import Settings

TIMEOUT = 15.0
"""Seconds for each step of a mail's hand-over."""
MOST_SEEN = 4_000_000
"""Bytes that are read of an answer."""


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


@dataclass(frozen=True, slots=True)
class Seen:
    """What an address answered."""

    status: int
    headers: Message
    body: bytes


def look(url: str, headers: dict[str, str]) -> Seen:
    """One GET of an address that the operator named, without following where it leads. Raises OSError.

    At most `MOST_SEEN` bytes are read, and no step is waited for longer than `TIMEOUT`.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return Seen(response.status, response.headers, response.read(MOST_SEEN))
    except http.client.HTTPException as error:
        raise OSError(f"no answer that is HTTP: {type(error).__name__} {error}") from error
    finally:
        connection.close()
