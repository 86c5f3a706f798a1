"""Who may ask for a view: each names its permission, so that a test can see that none was forgotten."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
"""The mark of views that are open to everybody."""


def needs(permission: str) -> Callable[[View], View]:
    """Marks a view with the permission that it asks for. It marks and does nothing else: the desk's check is
    `auth.permission`, the API's its token's.
    """

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


public = needs(PUBLIC)
"""Marks a view as open to everybody."""


def permission_of(view: object) -> str | None:
    """The permission that a view names; None where somebody forgot to."""
    return getattr(view, "permission", None)
