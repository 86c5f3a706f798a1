"""Refusals as problem documents (RFC 9457)."""

import json
from http import HTTPStatus

from flask import Response

from feedsvc.errors import FeedsvcError
from feedsvc.web.errors import Told

MEDIA_TYPE = "application/problem+json"


class Refusal(FeedsvcError):
    """A refusal that only HTTP knows (no token, no If-Match, no JSON), with its words."""

    def __init__(self, told: Told) -> None:
        super().__init__(told.title)
        self.told = told


def answer(told: Told) -> Response:
    """The problem document of an error: `type`, `title`, `status`, then `detail`, `problems` (field → sentence) and facts
    of its own where there is something to say. Source: RFC 9457 §3; RFC 9110 §11.6.1 for the challenge of a 401.
    """
    document: dict[str, object] = {"type": "about:blank", "title": told.title, "status": told.status}
    if told.detail:
        document["detail"] = told.detail
    if told.problems:
        document["problems"] = told.problems
    document |= told.facts
    response = Response(json.dumps(document, ensure_ascii=False), told.status, content_type=MEDIA_TYPE)
    if told.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    response.headers.update(told.headers)
    return response
