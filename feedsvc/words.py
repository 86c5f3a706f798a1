"""Words for people below the web: translation catalogues and the sentences for each problem code."""

import gettext as _gettext
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

Say = Callable[..., str]
"""`say(message, **values)` in a language already chosen."""

CATALOGUES = Path(__file__).parent / "web" / "translations"
"""`<language>/LC_MESSAGES/messages.mo`; the keys are the English sentences."""


def N_(message: str) -> str:  # noqa: N802  # the name that translators' tools look for
    """Marks a sentence for translation without translating it yet."""
    return message


@lru_cache(maxsize=16)
def catalogue(language: str) -> _gettext.NullTranslations:
    """The catalogue of a language; English, and any language without one, speaks the keys themselves."""
    return _gettext.translation("messages", CATALOGUES, [language], fallback=True)


def say(language: str, message: str, /, **values: object) -> str:
    """The sentence in that language, its `{names}` filled in."""
    return catalogue(language).gettext(message).format(**values)


PROBLEMS = {
    "missing": N_("Please fill this in."),
    "too_long": N_("This is too long: {length} characters, at most {limit}."),
    "too_many": N_("These are too many: {count}, at most {limit}."),
    "slug_form": N_("An address may have only small letters a to z, digits and single hyphens."),
    "slug_taken": N_("Another item already has this address."),
    "unknown_language": N_("This newsroom does not write {language}."),
    "unknown_category": N_("There is no category “{name}”."),
    "unknown_kind": N_("A tag is a theme, a person or a place."),
    "unknown_organisation": N_("There is no organisation “{name}”."),
    "subject_named": N_("There is one of this name already. Merge the two instead."),
    "subject_slug_taken": N_("Another one has this address already."),
    "subject_moved": N_("This address still leads readers to “{address}”, which had it before. Choose another one."),
    "unknown_subject": N_("There is none called “{name}”, and none at that address."),
    "same_subject": N_("This is the same one. Choose another to merge it into."),
    "unknown_role": N_("There is no role “{name}”. There are: {names}."),
    "unknown_scope": N_("There is no scope “{name}”. Choose from: {names}."),
    "not_an_email": N_("This is not an e-mail address."),
    "email_taken": N_("There is an account with this e-mail address already."),
    "password_short": N_("A password needs at least {limit} characters."),
    "not_text": N_("This must be text."),
    "past": N_("This moment has passed. Choose a later one, or publish now."),
    "not_past": N_("An item that is brought in must have been public before."),
    "far": N_("This moment is more than ten years away."),
    "not_a_moment": N_("This is not a date and time."),
    "gap": N_("This time does not exist there: the clocks are put forward over it."),
    "fold": N_("This time comes twice there, because the clocks are put back. Choose one an hour away."),
    "note_missing": N_("Say in a sentence what was corrected; readers will see it."),
    "reason_missing": N_("Say why it is withdrawn; readers will see it."),
    "last_admin": N_("This is the last administrator; make another one first."),
    "too_formatted": N_("This text has more formatting than an item can carry. Paste it as plain text."),
}
"""Problem code → sentence. `errors.Invalid` carries the codes."""


def problem(language: str, code: str, values: dict[str, object]) -> str:
    """The sentence for a problem code."""
    return say(language, PROBLEMS[code], **values)
