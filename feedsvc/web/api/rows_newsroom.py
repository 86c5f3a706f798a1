"""The table's rows about the newsroom itself: its subjects, templates, pictures, people, tokens, log and settings."""

from feedsvc.web.api import answered, shapes, shapes_newsroom
from feedsvc.web.api.operation import Operation
from feedsvc.web.api.shapes_history import Undone
from feedsvc.words import N_

SUBJECT = "/subjects/{kind}/{slug}"
NEWSROOM: dict[str, Operation] = {
    "listOrganisations": Operation(
        "GET", "/organisations", "read", N_("List the organisations that the newsroom writes for"), answered.Subjects
    ),
    "createSubject": Operation(
        "POST", "/subjects", "taxonomy", N_("Make a subject ahead of any item"), shapes_newsroom.Named,
        shapes_newsroom.SubjectGiven, status=201, keyed=True,
    ),
    "readSubject": Operation("GET", SUBJECT, "read", N_("Read a subject"), answered.Subject),
    "editSubject": Operation(
        "PATCH", SUBJECT, "taxonomy", N_("Give a subject another name, address or kind"), shapes_newsroom.Named,
        shapes_newsroom.SubjectPatch, keyed=True, description=N_("Pages and feeds follow at once, and old addresses lead on."),
    ),
    "mergeSubject": Operation(
        "POST", f"{SUBJECT}/merge", "taxonomy", N_("Make a subject part of another one"), shapes_newsroom.Named,
        shapes_newsroom.Merger, keyed=True,
        description=N_("Answers with the other one. Not possible for organisations: items belong to them."),
    ),
    "deleteSubject": Operation(
        "DELETE", SUBJECT, "taxonomy", N_("Delete a subject"), shapes_newsroom.Deleted, keyed=True,
        description=N_("Items lose it, and stay. Not possible for organisations: items belong to them."),
    ),
    "listMedia": Operation(
        "GET", "/media", "read", N_("List the pictures that were uploaded"), shapes_newsroom.Pictures, paged=True
    ),
    "readMedia": Operation("GET", "/media/{media}", "read", N_("Read what a picture was made into"), answered.Media),
    "listTemplates": Operation("GET", "/templates", "write", N_("List the texts to begin with"), shapes_newsroom.Templates),
    "createTemplate": Operation(
        "POST", "/templates", "approve", N_("Keep a text to begin with"), shapes_newsroom.Template,
        shapes_newsroom.TemplateGiven, status=201, keyed=True,
    ),
    "readTemplate": Operation(
        "GET", "/templates/{number}", "write", N_("Read a text to begin with"), shapes_newsroom.Template
    ),
    "replaceTemplate": Operation(
        "PUT", "/templates/{number}", "approve", N_("Put another text in a template's place"), shapes_newsroom.Template,
        shapes_newsroom.TemplateGiven, keyed=True,
    ),
    "deleteTemplate": Operation("DELETE", "/templates/{number}", "approve", N_("Drop a template"), Undone, keyed=True),
    "readMe": Operation("GET", "/me", "read", N_("Ask who you are, and what this token may do"), shapes_newsroom.Me),
    "listNotices": Operation(
        "GET", "/notices", "read", N_("List what concerns the token's owner"), shapes_newsroom.Notices, paged=True
    ),
    "readNotices": Operation(
        "POST", "/notices/read", "read", N_("Say up to where notices are read"), Undone, shapes_newsroom.ReadGiven, keyed=True
    ),
    "readAudience": Operation(
        "GET", "/audience", "approve", N_("Ask who reads the feeds"), shapes_newsroom.Audience, asks=("days",)
    ),
    "listPeople": Operation("GET", "/users", "admin", N_("List the accounts"), shapes_newsroom.People, paged=True),
    "createPerson": Operation(
        "POST", "/users", "admin", N_("Invite somebody"), shapes_newsroom.Person, shapes_newsroom.PersonGiven, status=201,
        keyed=True,
    ),
    "readPerson": Operation("GET", "/users/{number}", "admin", N_("Read an account"), shapes_newsroom.Person),
    "editPerson": Operation(
        "PATCH", "/users/{number}", "admin", N_("Give somebody another role"), shapes_newsroom.Person,
        shapes_newsroom.RoleGiven, keyed=True, description=N_("Their sign-ins end, and begin anew under the new role."),
    ),
    "linkPerson": Operation(
        "POST", "/users/{number}/link", "admin", N_("Make a one-time link by which somebody comes in"), shapes_newsroom.Link,
        shapes.Nothing, status=201, description=N_("It is told this once; one from before no longer works."),
    ),
    "closePerson": Operation(
        "POST", "/users/{number}/close", "admin", N_("Close an account at once"), shapes_newsroom.Person, shapes.Nothing,
        keyed=True, description=N_("Sign-ins end, and its tokens are revoked for good."),
    ),
    "openPerson": Operation(
        "POST", "/users/{number}/open", "admin", N_("Open a closed account again"), shapes_newsroom.Person, shapes.Nothing,
        keyed=True,
    ),
    "resetPerson": Operation(
        "POST", "/users/{number}/reset", "admin", N_("Take codes and passkeys off an account whose phone is lost"),
        shapes_newsroom.Person, shapes.Nothing, keyed=True,
    ),
    "listRoles": Operation("GET", "/roles", "admin", N_("List the roles and what they include"), shapes_newsroom.Roles),
    "listTokens": Operation(
        "GET", "/tokens", "admin", N_("List tokens, with their last use"), shapes_newsroom.Tokens, paged=True, asks=("email",)
    ),
    "createToken": Operation(
        "POST", "/tokens", "admin", N_("Make a token"), shapes_newsroom.TokenMade, shapes_newsroom.TokenGiven, status=201,
        description=N_("The token is told this once and kept nowhere."),
    ),
    "revokeToken": Operation(
        "DELETE", "/tokens/{number}", "admin", N_("Make a token worthless at once"), shapes_newsroom.Token, keyed=True
    ),
    "listLog": Operation(
        "GET", "/audit", "admin", N_("Read the log of what was done"), shapes_newsroom.Log, paged=True,
        asks=("person", "subject", "action", "since", "until"),
    ),
    "readSettings": Operation("GET", "/settings", "admin", N_("Ask what the newsroom chose for itself"), shapes_newsroom.Choices),
    "editSettings": Operation(
        "PATCH", "/settings", "admin", N_("Choose for the newsroom"), shapes_newsroom.Choices, shapes_newsroom.ChoicesGiven,
        keyed=True,
    ),
}  # fmt: skip
"""operationId → operation; its views are in views_newsroom.py and views_people.py."""
