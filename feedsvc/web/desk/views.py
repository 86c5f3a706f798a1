"""The desk as the application sees it: its blueprint with every page on it, and its page for errors."""

from feedsvc.web.desk import audience, holding, items, preview, signin, verbs
from feedsvc.web.desk.frame import blueprint
from feedsvc.web.desk.recovery import failed

__all__ = ["audience", "blueprint", "failed", "holding", "items", "preview", "signin", "verbs"]
