"""Every deed of the log in plain words."""

from collections import defaultdict
from datetime import datetime

from feedsvc.models import Audit
from feedsvc.newsroom.preferences import TWO_PERSON
from feedsvc.web.desk import moments
from feedsvc.web.i18n import gettext as _
from feedsvc.words import N_

DEEDS = {
    "create": N_("wrote a new item, “{headline}”"),
    "save": N_("saved revision {revision}"),
    "submit": N_("handed in revision {revision}"),
    "approve": N_("approved revision {revision}"),
    "request-changes": N_("asked for changes: “{note}”"),
    "assign": N_("made {to} responsible"),
    "comment": N_("commented on revision {revision}"),
    "restore": N_("restored revision {again} as revision {revision}"),
    "copy": N_("began a new item with its text"),
    "publish": N_("published revision {revision} for {at}"),
    "schedule": N_("planned revision {revision} for {at}"),
    "unschedule": N_("called off what was planned for {at}"),
    "correct": N_("corrected it with revision {revision}: “{note}”"),
    "update": N_("updated it with revision {revision}, without a note"),
    "withdraw": N_("withdrew it: “{note}”"),
    "readdress": N_("revision {revision} got the address {slug}, since another item has {instead_of}"),
    "check-log": N_("had every seal of the log reckoned again, up to entry {upto}"),
    "sweep-pictures": N_("cleared away {pictures} pictures that no text carried"),
    "hold": N_("held everything back. {reason}"),
    "unhold": N_("let things go live again; {released} had fallen due"),
    "import": N_("brought in {items} items"),
    "choose": N_("changed this setting from {before} to {value}"),
    "add-user": N_("made an account, as {role}"),
    "set-role": N_("gave the account the role {role}"),
    "disable-user": N_("closed the account"),
    "move-user": N_("changed the account's address to {email}"),
    "make-link": N_("made a one-time sign-in link"),
    "use-link": N_("used a one-time sign-in link"),
    "sign-in": N_("signed in"),
    "sign-out": N_("signed out"),
    "enable-user": N_("opened the account again"),
    "describe-user": N_("changed name or time zone"),
    "choose-mails": N_("changed what is mailed"),
    "choose-keys": N_("switched keys on or off"),
    "change-password": N_("changed the password"),
    "mail-link": N_("had a one-time sign-in link mailed"),
    "prove": N_("showed once more who it is"),
    "end-session": N_("signed out one browser"),
    "end-sessions": N_("signed out everywhere"),
    "add-passkey": N_("added the passkey “{name}”"),
    "remove-passkey": N_("removed the passkey “{name}”"),
    "codes-on": N_("turned codes at sign-in on"),
    "codes-off": N_("turned codes at sign-in off"),
    "recovery-codes": N_("made new recovery codes"),
    "use-recovery-code": N_("used a recovery code"),
    "reset-second-factor": N_("removed codes and passkeys of the account"),
    "add-token": N_("made an API token, number {token}"),
    "add-webhook": N_("set up the webhook “{name}” to {host}"),
    "rotate-webhook": N_("gave the webhook “{name}” another secret"),
    "test-webhook": N_("had the webhook “{name}” tried"),
    "remove-webhook": N_("removed the webhook “{name}”"),
    "pause-push": N_("paused deliveries. {host}"),
    "resume-push": N_("let deliveries go on. {host}"),
    "revoke-token": N_("revoked the API token number {token}"),
    "add-template": N_("kept a template"),
    "change-template": N_("changed the template “{before}”"),
    "delete-template": N_("deleted the template"),
    "add-category": N_("made the category “{name}”"),
    "add-tag": N_("made the tag “{name}”"),
    "add-organisation": N_("made the organisation “{name}”"),
    "merge-category": N_("merged the category into {into}"),
    "merge-tag": N_("merged the tag into {into}"),
    "delete-category": N_("deleted the category “{name}”"),
    "delete-tag": N_("deleted the tag “{name}”"),
    "rename-category": N_("changed the category's name or address"),
    "rename-tag": N_("changed the tag's name or address"),
    "rename-organisation": N_("changed the organisation's name or address"),
    "add-contact": N_("added the contact {name}"),
    "change-contact": N_("changed a contact"),
    "add-boilerplate": N_("wrote the “about” text “{heading}”"),
    "change-boilerplate": N_("changed an “about” text"),
    "renew-boilerplate": N_("brought the newest words of an “about” text to {items} live items"),
    "picture": N_("uploaded the picture “{name}”"),
    "add-filter": N_("put the feed “{name}” together"),
    "change-filter": N_("put a feed together otherwise"),
    "private-feed": N_("made a private feed for {name}"),
    "private-feed-revoke": N_("called back the private feed of {name}"),
    "embargo-terms": N_("changed the terms of embargo"),
    "embargo-accept": N_("accepted the terms of embargo"),
    "embargo-read": N_("read what is under embargo"),
    "preview-link": N_("made a preview link for {name}"),
    "preview-revoke": N_("called back the preview link of {name}"),
    "preview-read": N_("read revision {revision} by a preview link"),
}
"""Action → what was done, filled with the entry's details. An action that is not among these shows its own name."""


def told(row: Audit) -> str:
    """What somebody did, as the second half of a sentence that begins with their name."""
    sentence = DEEDS.get(row.action)
    if row.action == "assign" and not row.detail.get("to"):
        return _("made nobody responsible any more")
    if row.action == "choose" and row.subject == TWO_PERSON:
        sentence = N_("switched the rule of two people for every text: it was {before}, now it is {value}")
    if sentence is None:
        return row.action.replace("-", " ")
    return _(sentence).format_map(defaultdict(str, {name: _plain(name, value) for name, value in row.detail.items()}))


def _plain(name: str, value: object) -> str:
    """A detail as it is read: switches as on and off, moments in the reader's zone."""
    if isinstance(value, bool):
        return _("on") if value else _("off")
    try:
        return moments.short(datetime.fromisoformat(str(value))) if name == "at" else str(value)
    except ValueError:
        return str(value)
