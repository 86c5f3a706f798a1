"""The buttons of an item's bar: how its text goes on from here, for whom, and what each one does. Decided purely.

Every button saves what is in the form first and then leads to a page that asks once more. So a way is offered where the
verb is possible once something was changed, and not only where it was changed and saved already: whoever opens a live
item with a wrong figure in it sees what to do before the first key is pressed. Where nothing was changed after all,
`hindrance` says so.
"""

from collections.abc import Collection
from dataclasses import dataclass

from feedsvc.newsroom import workflow
from feedsvc.newsroom.standing import Standing
from feedsvc.words import N_

RELEASE = "release"
"""The publish dialogue, which stands for `publish` and `schedule`."""
VERBS = ("submit", "approve", RELEASE, "correct", "update", "unschedule")
"""What a button of the bar may lead to."""


@dataclass(frozen=True, slots=True)
class Way:
    """A button: it saves the form, then leads to the page of the verb."""

    verb: str
    title: str


@dataclass(frozen=True, slots=True)
class Ways:
    """What the bar offers in one case."""

    main: Way
    beside: Way | None = None
    says: str = ""
    """A sentence for whoever is not sure what will happen; empty where the button says it all."""

    @property
    def verbs(self) -> tuple[str, ...]:
        """The verbs that the bar offers, which nothing else on the page has to offer again."""
        return (self.main.verb, self.beside.verb) if self.beside else (self.main.verb,)


def of_new(grants: Collection[str], *, two_person: bool) -> Ways:
    """For a text that was never saved."""
    return Ways(_PUBLISH if "publish" in grants and not two_person else _HAND_IN)


def of(here: Standing, grants: Collection[str], *, barred: Collection[str], two_person: bool) -> Ways:
    """For a saved item.

    `barred`: verbs from which the two-person rule keeps this person as the text stands. `two_person`: whether there is
    that rule, so that whatever this person changes now will need somebody else.
    """
    may_approve = "approve" in grants and "approve" not in barred
    waits = here.translation.state == workflow.IN_REVIEW
    if here.state == workflow.PUBLISHED:
        may_publish = "publish" in grants and "correct" not in barred and (here.changed or not two_person)
        return _publishers(here) if may_publish else _others(here, approves=waits and may_approve and here.changed)
    if "publish" in grants and RELEASE not in barred:
        return _RELEASES.get(here.state, Ways(_PUBLISH))
    if waits and may_approve:
        return Ways(Way("approve", N_("Approve this text")), says=N_("It waits for somebody to approve it."))
    return _HANDS_IN.get(here.state, Ways(_HAND_IN))


_PUBLISH = Way(RELEASE, N_("Publish"))
_HAND_IN = Way("submit", N_("Hand in for review"))
_RELEASES = {
    workflow.IN_REVIEW: Ways(_PUBLISH, says=N_("It waits for review. Publishing approves it in your name.")),
    workflow.SCHEDULED: Ways(
        Way(RELEASE, N_("Plan it anew")), says=N_("It goes out as it was planned. What you change now has to be planned anew.")
    ),
    workflow.WITHDRAWN: Ways(Way(RELEASE, N_("Publish again"))),
}  # fmt: skip
_HANDS_IN = {
    workflow.IN_REVIEW: Ways(
        Way("submit", N_("Hand in again")), says=N_("It waits for review. If you change it, hand it in again.")
    ),
    workflow.APPROVED: Ways(
        Way("submit", N_("Hand in again")), says=N_("It is approved. If you change it, hand it in again.")
    ),
    workflow.SCHEDULED: Ways(
        Way("submit", N_("Hand in the change")), says=N_("It goes out as it was planned. What you change now is handed in first.")
    ),
}  # fmt: skip


def _publishers(here: Standing) -> Ways:
    """For whoever may bring a new text of a live item out."""
    if here.pending:
        return Ways(
            Way("unschedule", N_("Call off what is planned")),
            says=N_("A new text is planned already. To publish another one, call that off first."),
        )
    if here.changed:
        says = N_("Readers still see an earlier text. Choose how this one reaches them.")
    else:
        says = N_("Readers see this text. Mend it here, then choose how that reaches them.")
    return Ways(Way("correct", N_("Correct with a note")), Way("update", N_("Fix a typing error")), says)


def _others(here: Standing, *, approves: bool) -> Ways:
    """For whoever needs somebody else to bring it out."""
    if approves:
        return Ways(
            Way("approve", N_("Approve the correction")),
            says=N_("Readers still see an earlier text. The correction waits for somebody to approve it."),
        )
    if not here.changed:
        says = N_("Readers see this text. Mend it here and hand it in: somebody who may publish brings it to them.")
    elif here.translation.state == workflow.DRAFT:
        says = N_("Readers still see an earlier text. Hand this one in: somebody who may publish brings it to them.")
    else:
        says = N_(
            "Readers still see an earlier text until somebody publishes this one. If you change it, hand it in again."
        )
    again = here.changed and here.translation.state != workflow.DRAFT
    title = N_("Hand in the correction again") if again else N_("Hand in the correction")
    return Ways(Way("submit", title), says=says)


def hindrance(here: Standing, verb: str) -> str:
    """Why the verb leads nowhere now that the form is saved; empty where it leads on."""
    possible = here.state in workflow.RULES["publish" if verb == RELEASE else verb].states
    unchanged = here.live is not None and not here.changed
    planned_so = here.pending is not None and here.pending.revision_id == here.head.id
    cases = (
        (
            unchanged and verb in ("submit", "correct", "update"),
            N_("Readers see this very text already. Change what is wrong in it, then press the button once more."),
        ),
        (
            bool(here.live and here.pending) and verb in ("correct", "update"),
            N_("A publication is planned for this item already. Call it off first."),
        ),
        (verb == "submit" and planned_so, N_("This very text is planned already, and nothing was changed in it.")),
        (verb == "approve" and here.approved, N_("This very text is approved already.")),
        (verb == "submit" and not possible, N_("This very text is handed in already, and nothing was changed in it.")),
        (
            not possible or (verb == "unschedule" and here.pending is None),
            N_("It stands differently now. The buttons say what can be done."),
        ),
    )
    return next((said for holds, said in cases if holds), "")
