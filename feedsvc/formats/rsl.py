"""Terms for programs that learn from texts, in RSS and Atom alike: Really Simple Licensing 1.0 (https://rslstandard.org/rsl)."""

from lxml.etree import SubElement, _Element

NAMESPACE = "https://rslstandard.org/rsl"
_VERBS = {"allowed": "permits", "refused": "prohibits"}


def add(parent: _Element, ai_use: str) -> None:
    """Writes for the whole newsroom whether AI systems may be trained with it; nothing where nothing is said."""
    if ai_use:
        content = SubElement(parent, f"{{{NAMESPACE}}}content", {"url": "/"})
        licence = SubElement(content, f"{{{NAMESPACE}}}license")
        SubElement(licence, f"{{{NAMESPACE}}}{_VERBS[ai_use]}", {"type": "usage"}).text = "ai-train"
