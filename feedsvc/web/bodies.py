"""An item's text as its pages show it, to readers and at the desk."""

from markupsafe import Markup

from feedsvc.models import Revision
from feedsvc.newsroom import datelines, html
from feedsvc.web import illustrations


def shown(revision: Revision, language: str, root: str = illustrations.PUBLIC) -> Markup:
    """The text behind its dateline, safe in a page; its own pictures from below `root`."""
    safe = illustrations.in_text(html.sanitise(revision.body_html), revision, root)
    return Markup(datelines.run_in(safe, revision.dateline, language))  # noqa: S704  # sanitised in the line above
