"""Every number and name that an operator may set: a table of `FEEDSVC_…` variables, read once."""

import os
import re
import secrets
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from feedsvc import database_address
from feedsvc.errors import WrongSettings

PREFIX = "FEEDSVC_"
SECRETS = ("secret_key", "admin_password", "smtp_url", "database_url", "metrics_token")
"""Settings that may also be given as `FEEDSVC_…_FILE`: the path of a file that holds the value."""


class Settings(BaseSettings):
    """The settings of one process. Descriptions are the documentation: `feedsvc settings` prints them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, validate_default=True)

    instance: Path = Field(Path("instance"), description="The one folder that is written to.")
    database_url: SecretStr = Field(
        SecretStr(""),
        description="The database: postgresql://user:password@host:5432/name. Empty: SQLite in the instance folder.",
    )
    base_url: str = Field(
        "", description="The newsroom's public address, without a final slash. Empty: http://localhost:PORT."
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs forms and links. Empty: made once and kept in the instance folder."
    )
    admin_email: str = Field("", description="First account, made at the first start instead of by the set-up link.")
    admin_password: SecretStr = Field(
        SecretStr(""), description="Password of that first account, at least 12 characters."
    )
    newsroom_name: str = Field(
        "Bakcell Newsroom", min_length=1, max_length=120, description="The newsroom's name, as pages and feeds show it."
    )
    languages: Annotated[tuple[str, ...], NoDecode] = Field(
        ("en",), description="Languages the newsroom writes, comma-separated, the main one first: en, az, ru."
    )
    time_zone: str = Field("Asia/Baku", description="Zone in which the desk and the pages show and ask for times.")
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="Where notices are mailed: smtp://user:password@host:587 (or smtps://…). Empty: log only.",
    )
    mail_from: str = Field("", description="Sender of notices. Empty: newsroom@ the public address's host.")
    late_after_seconds: float = Field(
        5.0, gt=0, le=3600, description="A moment handled this much later than planned is reported as missed."
    )
    log_requests: bool = Field(
        False,
        description="Write a line of the log for every request for a page, the desk or the API. Failures are always written; feeds are counted, not written.",
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="Whoever asks for /metrics must send it (Authorization: Bearer …), and is told more: mails, late moments, requests. Empty: figures that everybody may see anyway.",
    )
    workers: int = Field(0, ge=0, le=64, description="Web processes. 0: one per processor.")
    blocking_threads: int = Field(16, ge=2, le=64, description="Requests that one web process answers at once.")
    api_rate: int = Field(
        600,
        ge=0,
        le=1_000_000,
        description="Requests that a token may make to the API in a minute. 0: as many as it likes.",
    )
    session_hours: int = Field(12, ge=1, le=720, description="A sign-in ends after so many hours without use.")
    feed_items: int = Field(50, ge=10, le=500, description="Items in one feed, fewer where they exceed the size below.")
    feed_bytes: int = Field(
        500_000, ge=50_000, le=5_000_000, description="Size in bytes that a feed should not exceed."
    )
    withdrawn_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="For so many days feeds go on saying that an item was withdrawn, so that readers who ask seldom hear of it too; counted back from the last change of the feed.",
    )
    feed_licence: str = Field(
        "",
        max_length=500,
        description="Terms on which items may be republished: a sentence, or the https address of a page. Empty: free, with the newsroom named as the source.",
    )

    ai_use: Literal["", "allowed", "refused"] = Field(
        "",
        description="Whether AI systems may be trained with the items: allowed or refused, said in every feed. Empty: nothing is said.",
    )

    egress_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Networks that pushes may reach although they are not public, on any port, comma-separated: 10.1.0.0/16, fd00::/8. Empty: the public internet alone.",
    )

    hub_lease_days: int = Field(
        10, ge=1, le=365, description="Days for which a subscription holds that asks for no time."
    )
    hub_lease_days_most: int = Field(30, ge=1, le=365, description="Days for which a subscription holds at most.")
    push_connections: int = Field(128, ge=1, le=1_000, description="Deliveries that the sender makes at once.")
    push_per_host: int = Field(16, ge=1, le=1_000, description="Deliveries to one host at once.")

    @field_validator("egress_allow", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        said = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
        try:
            return tuple(str(ip_network(part)) for part in said if part)
        except ValueError:
            raise ValueError("must be networks such as 10.1.0.0/16 or fd00::/8, comma-separated") from None

    @field_validator("languages", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            tuple(part.strip().lower() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("languages")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [code for code in value if code not in ("en", "az", "ru")]
        if not value or unknown or len(set(value)) != len(value):
            raise ValueError("must be different ones of en, az, ru, the main language first")
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("must be the name of a time zone, such as Asia/Baku") from None
        return value

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        value = value.rstrip("/")
        try:
            parts = urlsplit(value)
            good = parts.scheme in ("http", "https") and parts.hostname and not parts.path and not parts.query
            good = good and parts.port != 0
        except ValueError:  # brackets or a port that are none
            good = False
        if value and not good:
            raise ValueError("must look like https://news.example.com, without a path")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr) -> SecretStr:
        url = database_address.with_driver(value.get_secret_value().strip())
        if url and not re.fullmatch(r"sqlite:///.*[^/\s]", url) and not database_address.is_server(url):
            raise ValueError(
                "must be empty or look like postgresql://user:password@host:5432/name or sqlite:////folder/file; "
                "in a password write @ : / ? # % as %40 %3A %2F %3F %23 %25"
            )
        return SecretStr(url)

    @field_validator("admin_email")
    @classmethod
    def _email(cls, value: str) -> str:
        if value and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,180}", value.strip()):
            raise ValueError("must be an e-mail address")
        return value

    @field_validator("admin_password")
    @classmethod
    def _password(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < 12:  # noqa: PLR2004  # accounts.PASSWORD_MIN, which is above this floor
            raise ValueError("must have at least 12 characters")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        said = value.get_secret_value()
        if said and not re.fullmatch(r"[!-~]{16,200}", said):
            raise ValueError("must have at least 16 characters, none of them a space")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            return value
        try:
            parts = urlsplit(value.get_secret_value())
            good = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
        except ValueError:  # a port that is no number below 65,536
            good = False
        if not good:
            raise ValueError("must look like smtp://user:password@host:587")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed and the environment; no .env file is ever picked up by accident."""
        return (init_settings, env_settings)

    @property
    def database(self) -> str:
        """The database's address with the default filled in."""
        return (
            self.database_url.get_secret_value()
            or f"sqlite:///{quote(str(self.instance.resolve() / 'newsroom.sqlite'))}"
        )

    @property
    def public_url(self) -> str:
        """The newsroom's address for people and feeds, without a final slash."""
        if self.base_url or "PORT" in os.environ:
            return self.base_url or f"http://localhost:{os.environ['PORT']}"
        try:  # A command beside a server speaks of that server's address.
            return (self.instance / "run" / "address").read_text(encoding="utf-8").strip()
        except OSError:
            return "http://localhost:8000"

    @property
    def https(self) -> bool:
        """Whether cookies must be Secure."""
        return self.public_url.startswith("https://")

    @property
    def main_language(self) -> str:
        """The language whose addresses carry no prefix."""
        return self.languages[0]


def _from_files() -> tuple[dict[str, str], list[str]]:
    """Values of secrets that were given as `…_FILE`, and a line for each file that cannot be read."""
    found, unread = {}, []
    for name in SECRETS:
        variable = f"{PREFIX}{name.upper()}_FILE"
        path = os.environ.get(variable)
        if path:
            try:
                found[name] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, ValueError) as error:
                unread.append(f"{variable}: cannot read {path} ({getattr(error, 'strerror', None) or 'not text'})")
    return found, unread


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings of this process.

    Raises WrongSettings naming every bad variable at once.
    """
    found, wrong = _from_files()
    try:
        made = Settings(**found)  # type: ignore[arg-type]  # pydantic parses the strings
    except ValidationError as error:
        wrong += [
            f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()
        ]
    if wrong:
        raise WrongSettings("\n".join(wrong))
    return made


def secret_key(settings: Settings) -> str:
    """The signing key: as set, else read from the instance folder (where `make_secret_key` put it)."""
    given = settings.secret_key.get_secret_value()
    return given or (settings.instance / "secret-key").read_text(encoding="ascii").strip()


def make_secret_key(settings: Settings) -> None:
    """Makes the signing key once, readable by the owner alone. Does nothing where there is one."""
    path = settings.instance / "secret-key"
    if settings.secret_key.get_secret_value() or path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
