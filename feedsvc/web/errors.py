"""The only map from an exception to a status and to words. Pages and the API both read it."""

from dataclasses import dataclass, field, replace
from http import HTTPStatus

from werkzeug.exceptions import HTTPException, MethodNotAllowed

from feedsvc import errors, words
from feedsvc.words import N_


@dataclass(frozen=True, slots=True)
class Told:
    """An error as somebody outside is told of it."""

    status: int
    title: str
    detail: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    """Field → sentence."""
    headers: dict[str, str] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)
    """What a program can act upon, by name: a problem document's own members (RFC 9457 §3.2)."""


_STATE_WORDS = {
    "public_already": N_("Readers see this very text already: send the address of its page instead."),
    "held": N_("Everything is held just now. Lift the hold first."),
    "nothing_planned": N_("Nothing is planned for this item."),
    "too_late": N_("Its moment is here, so it can no longer be called off. Withdraw it instead."),
    "nothing_new": N_("The text is the one that is live already. Change it first, then publish the change."),
    "nothing_to_review": N_("Nobody has handed this text in. Write a comment instead."),
    "already_newest": N_("This is the newest text already."),
    "already_planned": N_("A publication is planned for this item already. Call it off first."),
}
_BY_ACTION = {
    "publish": N_("This item is live already. To change it, correct or update it."),
    "schedule": N_("This item is live already. To change it, correct or update it."),
    "submit": N_("This item is in review or approved already."),
    "correct": N_("Only a live item can be corrected."),
    "update": N_("Only a live item can be updated."),
    "withdraw": N_("Only a live item can be withdrawn. What is planned can be called off."),
}
_SECOND_PERSON = {
    True: N_(
        "You wrote part of this text, and here two people look at every text before it goes out. {names} can approve it."
    ),
    False: N_(
        "You wrote part of this text, and here two people look at every text before it goes out. "
        "Nobody else here can approve it: ask an administrator."
    ),
}
"""Whether there is somebody else → what the two-person rule says."""
_HTTP_WORDS = {
    400: (N_("This request cannot be read"), N_("Something in it is not as it should be.")),
    401: (N_("Please sign in"), ""),
    403: (N_("You may not do this"), N_("Your role does not include it. Ask an administrator.")),
    404: (N_("There is nothing here"), N_("The address may be mistyped, or what was here was never public.")),
    405: (N_("This cannot be done here"), ""),
    410: (N_("This was taken back"), ""),
    413: (N_("This is too large"), N_("A picture may have up to 40 MB, and all that is typed up to 4 MB.")),
    415: (N_("This kind of content is not taken here"), ""),
    429: (N_("Too many tries"), N_("Wait a little, then try again.")),
}


def tell(error: Exception, language: str) -> Told:  # noqa: C901, PLR0911, PLR0912  # one flat table of cases
    """What to tell of any exception; what is not foreseen is a 500 that says nothing of its inside."""

    def say(message: str, /, **values: object) -> str:
        return words.say(language, message, **values)

    match error:
        case errors.NotFound():
            return _http(404, say)
        case errors.NotAllowed():
            return _http(403, say)
        case errors.SecondPerson(others=others):
            detail = say(_SECOND_PERSON[bool(others)], names=", ".join(others))
            return Told(403, say(N_("Somebody else has to approve this")), detail)
        case errors.NotNow(action=action, reason=reason):
            detail = (
                _STATE_WORDS.get(reason) or _BY_ACTION.get(action) or N_("This is not possible in its present state.")
            )
            return Told(409, say(N_("Not now")), say(detail))
        case errors.Stale(newest=newest, by=by):
            sentence = (
                N_("{name} saved revision {number} in the meantime.")
                if by
                else N_("Revision {number} was saved in the meantime.")
            )
            return Told(412, say(N_("Somebody saved before you")), say(sentence, name=by, number=newest))
        case errors.Invalid(problems=problems):
            told = {name: words.problem(language, code, values) for name, (code, values) in problems.items()}
            return Told(422, say(N_("Please check what you entered")), " ".join(told.values()), told)
        case errors.BadCredentials():
            return Told(401, say(N_("Please sign in")), say(N_("The address, password or link is not right.")))
        case errors.TooManyTries(seconds=seconds):
            detail = say(N_("Too many tries. Wait {seconds} seconds, then try again."), seconds=seconds)
            return Told(429, say(N_("Too many tries")), detail, headers={"Retry-After": str(seconds)})
        case errors.Busy() | errors.Unavailable():
            detail = say(
                N_("The newsroom's database does not answer just now. Nothing was lost; try again in a moment.")
            )
            return Told(503, say(N_("Just a moment")), detail, headers={"Retry-After": "5"})
        case errors.Crowded():
            detail = say(
                N_("Many files are being read just now. Nothing of yours was kept; try again in a few seconds.")
            )
            return Told(503, say(N_("Just a moment")), detail, headers={"Retry-After": "5"})
        case errors.Sought():
            detail = say(N_("Many people search just now. Try again in a few seconds."))
            return Told(503, say(N_("Just a moment")), detail, headers={"Retry-After": "2"})
        case MethodNotAllowed(valid_methods=methods):
            return replace(_http(405, say), headers={"Allow": ", ".join(sorted(methods or ()))})  # RFC 9110 §15.5.6
        case HTTPException(code=int(code)) if code in _HTTP_WORDS:
            return _http(code, say)
        case HTTPException(code=int(code)) if HTTPStatus.BAD_REQUEST <= code < HTTPStatus.INTERNAL_SERVER_ERROR:
            return Told(code, say(N_("This request cannot be answered")))
    return Told(500, say(N_("Something went wrong here")), say(N_("It was written down, and nothing was lost.")))


def _http(status: int, say: words.Say) -> Told:
    title, detail = _HTTP_WORDS[status]
    return Told(status, say(title), say(detail) if detail else "")
