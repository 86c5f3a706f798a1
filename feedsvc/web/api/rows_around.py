"""The table's rows about what stands around items' texts: contacts, boilerplates, comments."""

from feedsvc.web.api import shapes, shapes_around
from feedsvc.web.api.operation import Operation
from feedsvc.words import N_

AROUND: dict[str, Operation] = {
    "listContacts": Operation(
        "GET", "/contacts", "read", N_("List the people whom journalists may call"), shapes_around.Contacts, paged=True,
        description=N_("In the order in which they were added, those who are retired included."),
    ),
    "createContact": Operation(
        "POST", "/contacts", "taxonomy", N_("Add a contact"), shapes_around.Contact, shapes_around.ContactNew, status=201,
        keyed=True,
    ),
    "readContact": Operation("GET", "/contacts/{number}", "read", N_("Read a contact"), shapes_around.Contact),
    "editContact": Operation(
        "PATCH", "/contacts/{number}", "taxonomy", N_("Change a contact"), shapes_around.Contact, shapes_around.ContactPatch,
        if_match="required", keyed=True,
        description=N_("Pages and feeds of every live item that names them show it at once."),
    ),
    "listBoilerplates": Operation(
        "GET", "/boilerplates", "read", N_("List the “about” texts"), shapes_around.Boilerplates, paged=True,
        description=N_("In the order in which they were added, those that are retired included."),
    ),
    "createBoilerplate": Operation(
        "POST", "/boilerplates", "taxonomy", N_("Add an “about” text"), shapes_around.Boilerplate,
        shapes_around.BoilerplateNew, status=201, keyed=True,
    ),
    "readBoilerplate": Operation(
        "GET", "/boilerplates/{number}", "read", N_("Read an “about” text"), shapes_around.Boilerplate
    ),
    "editBoilerplate": Operation(
        "PATCH", "/boilerplates/{number}", "taxonomy", N_("Change an “about” text"), shapes_around.Boilerplate,
        shapes_around.BoilerplatePatch, if_match="required", keyed=True,
        description=N_("Texts that are saved from now on have the new words; live items keep theirs until it is renewed."),
    ),
    # Under no key: whoever calls it again wants it to go on, and has nothing to fear from doing it once more.
    "renewBoilerplate": Operation(
        "POST", "/boilerplates/{number}/renew", "publish", N_("Renew an “about” text in live items"), shapes_around.Renewed,
        shapes.Nothing, refusals=(409,),
        description=N_(
            "In a few items at a time, silently: call it again until it renews none. Items for which something else is "
            "planned keep what they have. Under the two-person rule, who wrote the words cannot renew them alone."
        ),
    ),
    "listComments": Operation(
        "GET", "/items/{id}/comments", "read", N_("List what the newsroom said about an item"), shapes_around.Comments,
        paged=True,
        description=N_("Comments, and the deeds of its review with their notes, in their order. Readers see none of it."),
    ),
    "commentItem": Operation(
        "POST", "/items/{id}/comments", "write", N_("Comment on an item"), shapes_around.Comment,
        shapes_around.CommentGiven, status=201, keyed=True,
        description=N_("Whoever wrote it or is responsible for it is told."),
    ),
}  # fmt: skip
"""operationId → operation; its views are in views_around.py."""
