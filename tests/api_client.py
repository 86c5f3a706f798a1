"""A client of the API for tests: it checks each answer against the newsroom's own OpenAPI document."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import databases
import pytest
from apps import application
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from werkzeug.test import TestResponse

from feedsvc import clock, db, road, settings
from feedsvc.newsroom import accounts, tokens
from feedsvc.newsroom.workflow import SYSTEM
from feedsvc.setup import prepare

ITEMS = "/api/v1/items"
FORMATS = FormatChecker(("date-time", "uuid", "uri"))


@contextmanager
def newsroom(folder: Path) -> Iterator[Path]:
    """A prepared instance in this folder, for as long as many tests need it; this process's settings point at it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("FEEDSVC_") and n != "FEEDSVC_FUZZ"]:
            patch.delenv(name)
        patch.setenv("FEEDSVC_INSTANCE", str(folder))
        patch.setenv("FEEDSVC_BASE_URL", "http://newsroom.test")
        with databases.made(folder) as database:
            patch.setenv("FEEDSVC_DATABASE_URL", database.url)
            settings.current.cache_clear()
            clock.forget()
            prepare()
            yield folder
            db.engine(settings.current().database).dispose()
    settings.current.cache_clear()
    clock.forget()


def account(role: str) -> str:
    """The address of a new account."""
    email = f"{role}-{len(_ACCOUNTS)}@example.org"
    _ACCOUNTS.append(email)
    road.act(accounts.add_user, email, f"Some {role}", role, actor=SYSTEM)
    return email


_ACCOUNTS: list[str] = []


def token_for(role: str, *scopes: str, **more: Any) -> str:
    """A token of a new account in this role."""
    return road.act(tokens.add, account(role), scopes or ("admin",), actor=SYSTEM, **more)


@dataclass
class Api:
    """`api("POST", "/api/v1/items", {...})` asks as an administrator, with `token=` as somebody else or nobody."""

    app: Flask = field(default_factory=application)
    token: str | None = field(default_factory=lambda: token_for("admin"))
    validators: dict[str, Draft202012Validator] = field(default_factory=dict)
    """Schema → its validator, made once: making one costs more than most answers."""

    def __post_init__(self) -> None:
        self.document = self.app.test_client().get("/api/openapi.json").get_json()

    def __call__(
        self, method: str, path: str, body: Any = None, *, token: str | None = "", **headers: str
    ) -> TestResponse:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        bearer = self.token if token == "" else token
        if bearer is not None:
            said.setdefault("Authorization", f"Bearer {bearer}")
        given: dict[str, Any] = (
            {"data": body} if isinstance(body, (bytes, str)) else {"json": body} if body is not None else {}
        )
        answer = self.app.test_client().open(path, method=method, headers=said, **given)
        self.conforms(method, path, answer)
        return answer

    def conforms(self, method: str, path: str, answer: TestResponse) -> None:
        """Asserts that the answer is one that the document describes."""
        if answer.status_code >= 400:
            assert answer.content_type == "application/problem+json", (path, answer.status_code)
            self.valid("Problem", answer.get_json())
            assert answer.get_json()["status"] == answer.status_code
        operation = self.operation(method, path)
        if operation is None:
            return
        assert str(answer.status_code) in operation["responses"], (method, path, answer.status_code)
        said = operation["responses"][str(answer.status_code)]
        if "$ref" in said:
            said = self.document["components"]["responses"][said["$ref"].rsplit("/", 1)[1]]
        for header in said.get("headers", ()):
            assert header in answer.headers, (method, path, header)
        schema = said["content"][answer.content_type]["schema"]
        self.valid(schema["$ref"].rsplit("/", 1)[1], answer.get_json())

    def valid(self, name: str, value: Any) -> None:
        """Asserts that the value has the shape that the document gives under this name."""
        if name not in self.validators:
            schema = {"$ref": f"#/components/schemas/{name}", "components": self.document["components"]}
            self.validators[name] = Draft202012Validator(schema, format_checker=FORMATS)
        self.validators[name].validate(value)

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """What the document says of a request; None where it knows of none."""
        for template, methods in self.document["paths"].items():
            if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path.partition("?")[0]):
                found: dict[str, Any] | None = methods.get(method.lower())
                return found
        return None

    def create(self, **fields: Any) -> dict[str, Any]:
        """A new draft."""
        answer = self("POST", ITEMS, {"headline": "A draft", **fields})
        assert answer.status_code == 201, answer.text
        item: dict[str, Any] = answer.get_json()
        return item

    def act(self, item: dict[str, Any], verb: str, body: Any = None, **headers: str) -> TestResponse:
        """A verb on an item."""
        return self("POST", f"{ITEMS}/{item['id']}/{verb}", body, **headers)
