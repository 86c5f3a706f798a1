"""An item's text as its pages show it, to readers and at the desk."""

from markupsafe import Markup

from feedsvc.models import Revision
from feedsvc.newsroom import datelines, html


def shown(revision: Revision, language: str) -> Markup:
    """The text behind its dateline, safe in a page."""
    body = datelines.run_in(html.sanitise(revision.body_html), revision.dateline, language)
    return Markup(body)  # noqa: S704  # sanitised in the line above
