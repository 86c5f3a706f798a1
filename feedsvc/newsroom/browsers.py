"""A person's own browsers, by family, so that a list of sign-ins can be recognised and tells no more than that."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser", "Yandex Browser"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
"""What a User-Agent holds → whose it is. In this order: most of them claim to be Safari and Chrome as well."""
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def family(agent: str) -> str:
    """`Firefox|Windows` for a User-Agent; either half is empty where it is not known."""
    return f"{_first(_BROWSERS, agent)}|{_first(_SYSTEMS, agent)}"


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for sign, name in table if sign in agent), "")
