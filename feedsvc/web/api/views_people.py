"""The API's views of the newsroom's people, their programs, what they did and what they chose."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, g
from sqlalchemy.orm import Session

from feedsvc import db
from feedsvc.errors import NotFound
from feedsvc.models import ApiToken, Audit, User
from feedsvc.newsroom import accounts, factors, links, log, people, preferences, tokens
from feedsvc.newsroom.workflow import Actor
from feedsvc.web.api import answers, asked, pages, shapes, shapes_newsroom
from feedsvc.web.api.frame import deed, operation
from feedsvc.web.i18n import gettext as _


def _people(session: Session, rows: list[User]) -> list[shapes_newsroom.Person]:
    """Accounts as they are answered."""
    seen, keys = people.last_seen(session), people.with_passkeys(session)
    return [
        shapes_newsroom.Person.model_validate({
            "number": row.id,
            "email": row.email,
            "name": row.name,
            "role": row.role.name,
            "state": "closed" if not row.active else "active" if row.password_hash else "invited",
            "codes": row.totp_seed is not None,
            "passkeys": row.id in keys,
            "created_at": row.created_at,
            "seen_at": seen.get(row.id),
        })
        for row in rows
    ]  # fmt: skip


@operation("listPeople")
def list_people() -> Response:
    """A page of accounts."""
    limit, after = pages.page_of_numbers()
    with db.reading() as session:
        found = people.following(session, after, limit=limit + 1)
        rows = _people(session, found[:limit])
    further = pages.cursor_of_number(rows[-1].number) if len(found) > limit else None
    return answers.told(shapes_newsroom.People(people=rows, next=further))


@operation("readPerson")
def read_person(number: str) -> Response:
    """One account."""
    with db.reading() as session:
        return answers.told(_people(session, [people.find(session, asked.number(number))])[0])


def _invited(
    session: Session, given: shapes_newsroom.PersonGiven, *, actor: Actor, now: datetime
) -> shapes_newsroom.Person:
    user = accounts.add_user(session, given.email, given.name, given.role, actor=actor, now=now)
    if given.mail:
        links.invite(session, user, actor=actor, now=now)
    return _people(session, [user])[0]


@operation("createPerson")
def create_person() -> Response:
    """A new account, whose owner chooses the password at a link."""
    return deed(lambda made: answers.told(made, 201), _invited, asked.body(shapes_newsroom.PersonGiven))


def _changed(
    session: Session, number: int, verb: Callable[..., User], *words: str, actor: Actor, now: datetime
) -> shapes_newsroom.Person:
    """Runs a verb on an account by its number, and tells of it as it is then."""
    user = verb(session, people.find(session, number).email, *words, actor=actor, now=now)
    session.flush()
    return _people(session, [user])[0]


@operation("editPerson")
def edit_person(number: str) -> Response:
    """Another role."""
    role = asked.body(shapes_newsroom.RoleGiven).role
    return deed(answers.told, _changed, asked.number(number), accounts.set_role, role)


@operation("closePerson")
def close_person(number: str) -> Response:
    """Signed out everywhere, tokens revoked."""
    asked.body(shapes.Nothing)
    return deed(answers.told, _changed, asked.number(number), accounts.disable)


@operation("openPerson")
def open_person(number: str) -> Response:
    """May sign in again."""
    asked.body(shapes.Nothing)
    return deed(answers.told, _changed, asked.number(number), people.enable)


@operation("resetPerson")
def reset_person(number: str) -> Response:
    """Signs in with the password alone."""
    asked.body(shapes.Nothing)
    return deed(answers.told, _changed, asked.number(number), factors.reset)


def _linked(session: Session, number: int, *, actor: Actor, now: datetime) -> str:
    return links.make_link(session, people.find(session, number).email, actor=actor, now=now)


@operation("linkPerson")
def link_person(number: str) -> Response:
    """A one-time way in."""
    asked.body(shapes.Nothing)
    return deed(
        lambda secret: answers.told(shapes_newsroom.Link(url=links.address(secret)), 201), _linked, asked.number(number)
    )


@operation("listRoles")
def list_roles() -> Response:
    """What each role includes."""
    with db.reading() as session:
        rows = [shapes_newsroom.Role(name=one.name, permissions=one.grants) for one in people.roles(session)]
    return answers.told(shapes_newsroom.Roles(roles=rows))


def _token(row: ApiToken) -> dict[str, object]:
    same = ("name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    return {name: getattr(row, name) for name in same} | {"number": row.id, "email": row.user.email}


@operation("readMe")
def read_me() -> Response:
    """Whose token this is, and what it may do."""
    with db.reading() as session:
        row = session.get_one(ApiToken, g.token.id)
        told = {"email": row.user.email, "name": row.user.name, "role": row.user.role.name, "token": _token(row)}
        told["permissions"] = sorted(g.actor.grants)
        return answers.told(shapes_newsroom.Me.model_validate(told))


@operation("listTokens")
def list_tokens() -> Response:
    """A page of everybody's tokens, or of one person's."""
    limit, before = pages.page_of_numbers()
    with db.reading() as session:
        found = tokens.listed(session, email=asked.parameter("email"), before=before or None, limit=limit + 1)
        rows = [shapes_newsroom.Token.model_validate(_token(row)) for row in found[:limit]]
    further = pages.cursor_of_number(rows[-1].number) if len(found) > limit else None
    return answers.told(shapes_newsroom.Tokens(tokens=rows, next=further))


def _made(
    session: Session, given: shapes_newsroom.TokenGiven, *, actor: Actor, now: datetime
) -> shapes_newsroom.TokenMade:
    secret = tokens.add(
        session, given.email or actor.email, tuple(given.scopes), name=given.name, expires_at=given.expires_at,
        actor=actor, now=now, by=g.token,
    )  # fmt: skip
    row = tokens.find(session, secret)
    return shapes_newsroom.TokenMade.model_validate({**_token(row), "token": secret})


@operation("createToken")
def create_token() -> Response:
    """A new token, told this once."""
    given = asked.body(shapes_newsroom.TokenGiven)
    try:
        return deed(lambda made: answers.told(made, 201), _made, given)
    except NotFound:
        asked.invalid({"email": _("Nobody with this address has an open account.")})


def _revoked(session: Session, number: int, *, actor: Actor, now: datetime) -> shapes_newsroom.Token:
    return shapes_newsroom.Token.model_validate(_token(tokens.revoke(session, str(number), actor=actor, now=now)))


@operation("revokeToken")
def revoke_token(number: str) -> Response:
    """Worthless at once."""
    return deed(answers.told, _revoked, asked.number(number))


@operation("listLog")
def list_log() -> Response:
    """A page of the log. Entries are only ever added, so that paging backwards misses none."""
    limit, before = pages.page_of_numbers()
    wanted = log.Asked(
        person=asked.parameter("person"),
        subject=asked.parameter("subject").removeprefix("urn:uuid:"),
        action=asked.parameter("action"),
        since=asked.moment("since"),
        until=asked.moment("until"),
        before=before or None,
    )
    with db.reading() as session:
        found = log.entries(session, wanted, limit=limit + 1)
        rows = [_entry(row) for row in found[:limit]]
    further = pages.cursor_of_number(rows[-1].number) if len(found) > limit else None
    return answers.told(shapes_newsroom.Log(entries=rows, next=further))


def _entry(row: Audit) -> shapes_newsroom.Entry:
    same = ("at", "action", "subject", "detail", "seal")
    told = {name: getattr(row, name) for name in same} | {"number": row.id, "person": row.actor}
    return shapes_newsroom.Entry.model_validate(told)


@operation("readSettings")
def read_settings() -> Response:
    """What the newsroom chose."""
    with db.reading() as session:
        return answers.told(_choices(session))


def _choices(session: Session) -> shapes_newsroom.Choices:
    return shapes_newsroom.Choices(two_person=preferences.two_person(session))


def _chosen(
    session: Session, given: shapes_newsroom.ChoicesGiven, *, actor: Actor, now: datetime
) -> shapes_newsroom.Choices:
    if given.two_person is not None:
        preferences.choose(session, preferences.TWO_PERSON, given.two_person, actor=actor, now=now)
        session.flush()
    return _choices(session)


@operation("editSettings")
def edit_settings() -> Response:
    """What the newsroom chooses."""
    return deed(answers.told, _chosen, asked.body(shapes_newsroom.ChoicesGiven))
