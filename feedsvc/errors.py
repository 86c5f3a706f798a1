"""What can go wrong, as facts. `web/errors.py` and `cli.py` turn them into a status, an exit code and words."""

from dataclasses import dataclass, field


class FeedsvcError(Exception):
    """The parent of every error that is somebody's to mend and no defect of the program."""


@dataclass
class NotFound(FeedsvcError):
    """There is no such thing, or the asker may not know that there is one."""

    what: str
    """item, user, token, feed …"""


@dataclass
class NotAllowed(FeedsvcError):
    """The actor's role does not include the action."""

    action: str


@dataclass
class SecondPerson(FeedsvcError):
    """The two-person rule: this text is partly the actor's own, and nobody else has approved it."""

    action: str
    others: list[str]
    """Names of those who may approve it; empty where there is nobody."""


@dataclass
class NotNow(FeedsvcError):
    """The action is known and allowed, but not in the state that the item is in."""

    action: str
    state: str
    reason: str = ""


@dataclass
class Stale(FeedsvcError):
    """Somebody saved in between: `mine` was typed on top of revision `base`, the newest is `newest`."""

    base: int
    newest: int
    by: str


@dataclass
class Invalid(FeedsvcError):
    """What was typed cannot be taken. `problems` is field → (code, values); `words.PROBLEMS` has the sentences."""

    problems: dict[str, tuple[str, dict[str, object]]] = field(default_factory=dict)

    def __str__(self) -> str:
        return "; ".join(f"{name}: {code}" for name, (code, _) in self.problems.items())


@dataclass
class BadCredentials(FeedsvcError):
    """Unknown account, wrong password, used-up or expired link: never says which."""


@dataclass
class TooManyTries(FeedsvcError):
    """The account waits after failed sign-ins. `seconds` is how long."""

    seconds: int


class Busy(FeedsvcError):
    """The database did not give way in time. Nothing was written; try again."""


class Crowded(FeedsvcError):
    """Too many files are being opened at this moment. Nothing was kept; try again."""


class Sought(FeedsvcError):
    """As many searches are being made at this moment as may be. Try again."""


class Refused(FeedsvcError):
    """A command that cannot be carried out here and so; the message says why, and what to do instead."""


class Unavailable(FeedsvcError):
    """The database cannot be reached or is not a newsroom's. Nothing was read or written."""


class WrongSettings(FeedsvcError):
    """The environment cannot be used; the message names every bad variable."""
