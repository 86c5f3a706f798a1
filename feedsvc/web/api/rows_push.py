"""The table's rows about what is sent: webhooks of partners, and how it stands with everything."""

from feedsvc.web.api import shapes, shapes_push
from feedsvc.web.api.operation import Operation
from feedsvc.words import N_

PUSH: dict[str, Operation] = {
    "listWebhooks": Operation("GET", "/webhooks", "admin", N_("List the webhooks of partners"), shapes_push.Webhooks),
    "createWebhook": Operation(
        "POST", "/webhooks", "admin", N_("Set up a webhook"), shapes_push.WebhookMade, shapes_push.WebhookGiven, status=201,
        description=N_("Its secret is told this once. What is sent and how it is signed stands in docs/push.md."),
    ),
    "rotateWebhook": Operation(
        "POST", "/webhooks/{number}/rotate", "admin", N_("Give a webhook another secret"), shapes_push.WebhookMade,
        shapes.Nothing, description=N_("For a day deliveries are signed with both. The new one is told this once."),
    ),
    "testWebhook": Operation(
        "POST", "/webhooks/{number}/test", "admin", N_("Have a webhook sent a trial"), shapes_push.Webhook, shapes.Nothing,
        keyed=True, description=N_("The sender makes it within a second; the webhook then says whether it failed."),
    ),
    "removeWebhook": Operation(
        "DELETE", "/webhooks/{number}", "admin", N_("Remove a webhook"), shapes_push.Webhook, keyed=True,
        description=N_("What was still to be sent there is not."),
    ),
    "readPush": Operation("GET", "/push", "admin", N_("Ask how it stands with what is sent"), shapes_push.Push),
    "readSent": Operation(
        "GET", "/items/{id}/sent", "read", N_("Ask to how many an item was sent, and how many it reached"), shapes_push.SentList
    ),
}  # fmt: skip
"""operationId → operation; its views are in views_push.py."""
