"""Variables of the environment that look like ours and are none."""

import difflib
import os

from feedsvc import settings


def unknown() -> list[str]:
    """A line for each variable that looks like ours and is none: most likely a slip of somebody's pen."""
    ours = {f"{settings.PREFIX}{name.upper()}" for name in settings.Settings.model_fields}
    ours |= {f"{settings.PREFIX}{name.upper()}_FILE" for name in settings.SECRETS} | {
        "FEEDSVC_PARENT",
    }
    unknown = sorted(
        name
        for name in os.environ
        if name.upper().startswith(settings.PREFIX)
        and not name.upper().startswith(f"{settings.PREFIX}TEST_")
        and name.upper() not in ours
    )
    return [
        f"{name} is set, and there is no such setting{_meant(name, ours)}; see `feedsvc settings`." for name in unknown
    ]


def _meant(name: str, ours: set[str]) -> str:
    near = difflib.get_close_matches(name.upper(), sorted(ours), n=1, cutoff=0.8)
    return f" (is {near[0]} meant?)" if near else ""
