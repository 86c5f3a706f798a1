"""The public addresses of items and feeds. Pages, feeds and the API all ask here, so they cannot differ."""

from feedsvc import settings
from feedsvc.newsroom.filters import KIND


def home_url(language: str) -> str:
    """The newsroom's front page in a language, without a final slash."""
    current = settings.current()
    return current.public_url if language == current.main_language else f"{current.public_url}/{language}"


def item_url(language: str, slug: str) -> str:
    """An item's page."""
    return f"{home_url(language)}/news/{slug}"


def media_url(key: str, name: str) -> str:
    """A picture in one size and format, which answers while something public carries it."""
    return f"{settings.current().public_url}/media/{key}/{name}"


def feed_url(scope: str, language: str) -> str:
    """A feed without a format's suffix, which is also its page for people. `scope`: `news` …"""
    return f"{home_url(language)}/feeds/{scope}"


def hub_url() -> str:
    """The hub, where programs ask to be sent what is new."""
    return f"{settings.current().public_url}/hub"


def page_url(scope: str, language: str) -> str:
    """The page that shows what a feed carries: the front page for everything, a saved filter's feed page, else the subject's own."""
    if scope.startswith(f"{KIND}/"):
        return feed_url(scope, language)
    return home_url(language) + ("/" if scope == "news" else f"/{scope}")


def term_scheme(kind: str) -> str:
    """The vocabulary that a category or tag is taken from (RFC 4287 §4.2.2.2)."""
    return f"{settings.current().public_url}/{'category' if kind == 'category' else 'tag/' + kind}/"
