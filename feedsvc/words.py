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
    "key_used": N_("This Idempotency-Key was sent with another request. Take a new one for each deed."),
    "callback_form": N_(
        "This must be an http or https address in plain letters, without a name, a password or a fragment."
    ),
    "callback_refused": N_("Nothing is sent to this address or port: see FEEDSVC_EGRESS_ALLOW."),
    "callback_there": N_("“{name}” is told at this address already."),
    "unknown_event": N_("These are the events: {names}."),
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
    "no_word_file": N_("Choose a file first."),
    "word_large": N_("This file is larger than {limit} MB. Save the pictures apart and add them to the item."),
    "word_old": N_(
        "This is a Word file of the old kind (.doc). Open it in Word, save it as .docx and choose that one."
    ),
    "word_locked": N_("This file is protected with a password. Save a copy without one and choose that."),
    "word_pdf": N_("This is a PDF. Ask for the Word file, or copy its text into the form."),
    "word_other": N_("This is not a Word file (.docx)."),
    "word_odd": N_(
        "This file is not built as Word builds its files, so it was not opened. Save it anew in Word and try again."
    ),
    "word_broken": N_("This file is broken, so it could not be read. Open it in Word, save it anew and try again."),
    "word_unfolds": N_(
        "This file holds far more than a press release does, so it was not opened. Copy its text into the form."
    ),
    "same_subject": N_("This is the same one. Choose another to merge it into."),
    "unknown_role": N_("There is no role “{name}”. There are: {names}."),
    "unknown_scope": N_("There is no scope “{name}”. Choose from: {names}."),
    "not_an_email": N_("This is not an e-mail address."),
    "email_taken": N_("There is an account with this e-mail address already."),
    "wrong_password": N_("This is not your password."),
    "wrong_code": N_(
        "This code is not right, or was used before. Codes change every half minute: type the newest one."
    ),
    "unknown_zone": N_("Choose one from the list."),
    "password_short": N_("A password needs at least {limit} characters."),
    "not_text": N_("This must be text."),
    "past": N_("This moment has passed. Choose a later one, or publish now."),
    "not_past": N_("An item that is brought in must have been public before."),
    "far": N_("This moment is more than ten years away."),
    "not_a_moment": N_("This is not a date and time."),
    "gap": N_("This time does not exist there: the clocks are put forward over it."),
    "fold": N_("This time comes twice there, because the clocks are put back."),
    "unknown_city": N_("We know no time zone of “{name}”. Type a large city in it, such as Baku or London."),
    "no_moment": N_("Choose a day and a time."),
    "no_time_chosen": N_("Choose when: now, or at a day and time."),
    "checklist": N_("Something on the checklist stands in the way. Mend it first; nothing was published."),
    "note_missing": N_("Say in a sentence what was corrected; readers will see it."),
    "reason_missing": N_("Say why it is withdrawn; readers will see it."),
    "changes_missing": N_("Say what should be changed; whoever wrote it will read this."),
    "unknown_person": N_("Nobody here at the address “{name}” can do this."),
    "name_taken": N_("There is one of this name already. Choose another name."),
    "last_admin": N_("This is the last administrator; make another one first."),
    "unknown_picture": N_("One of these pictures is not there any more. Upload it again."),
    "no_words": N_("Say what can be seen in every picture, or mark it as decorative. Still missing: {numbers}."),
    "no_file": N_("Choose a picture first."),
    "too_large": N_("This picture has {size} MB; it may have {limit}. Save it smaller and try again."),
    "too_many_pixels": N_(
        "This picture has {pixels} million pixels; it may have {limit}. Save it smaller and try again."
    ),
    "not_a_picture": N_("This is not a picture that every reader can see. Save it as JPEG, PNG, WebP or GIF."),
    "svg": N_(
        "SVG drawings are not taken, because programs can hide in them. Export the drawing as PNG and upload that."
    ),
    "heic": N_("Not every reader can see HEIC pictures. Save it as JPEG and upload that."),
    "takes_long": N_("This file takes too long to read. Save it anew in a simpler form and try again."),
    "takes_much": N_("This file takes more memory to read than there is for it. Make it smaller and try again."),
    "unreadable": N_("This file cannot be read. It may be damaged, or of another kind than its name says."),
    "unknown_contact": N_("One of these contacts is no longer there. Choose again."),
    "unknown_boilerplate": N_("One of these “about” texts is no longer there. Choose again."),
    "not_a_phone": N_("This is not a telephone number. Begin with + and the country's code."),
    "no_way_to_reach": N_("Give a telephone number or an e-mail address."),
    "preview_time": N_("Choose a time of at most {days} days."),
    "other_history": N_("This is not a cursor of this list. Start again without one."),
    "too_many_links": N_("This item has {limit} links already. Call some back first."),
    "filter_slug_taken": N_("There is a feed at this address, or was one. Choose another address."),
    "no_words_to_find": N_("There is no word in this that can be looked for."),
    "unknown_filter": N_("This feed is no longer there. Choose again."),
    "unknown_profile": N_("There is no profile “{name}”. There are: {names}."),
    "one_language": N_("{name} takes one language in a feed. Choose one."),
    "out_of_range": N_("Choose a number from {least} to {most}."),
    "not_a_colour": N_("Write a colour as # and six digits or letters a to f, such as #0b5560."),
    "no_topic": N_("Only categories and tags have a Media Topic."),
    "not_a_topic": N_("A Media Topic is a code of eight digits, such as medtop:20000209."),
    "no_place": N_("Only a place lies somewhere."),
    "not_a_point": N_("Write latitude and longitude in degrees with a comma between, such as 40.4093, 49.8671."),
    "too_formatted": N_("This text has more formatting than an item can carry. Paste it as plain text."),
}
"""Problem code → sentence. `errors.Invalid` carries the codes."""


def problem(language: str, code: str, values: dict[str, object]) -> str:
    """The sentence for a problem code."""
    return say(language, PROBLEMS[code], **values)
