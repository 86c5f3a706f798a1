"""The dateline: where and when a text was given out, run in before its first words."""

import re
from html import escape

from feedsvc.characters import one_line

_DASHES = " \t\u00a0-\u2010\u2011\u2012\u2013\u2014\u2015\u2212,:;"
_PARAGRAPH = re.compile(r'<p(?:\s[a-z]+="[^"]*")*>')
_EM_DASH = frozenset(("ru", "uk", "be", "bg"))
"""Languages in which a dash between words is a long one; elsewhere it is the shorter one, with a space on either side too."""


def tidy(typed: str) -> str:
    """A dateline as it is kept: on one line, without the dash that many type behind it."""
    return one_line(typed).rstrip(_DASHES)


def run_in(body: str, dateline: str, language: str) -> str:
    """Sanitised HTML with the dateline at the head of its first paragraph: “BAKU, 22 November 2026 – The company …”.

    The same bytes where there is none. A text that begins with something else, such as a heading or a list, has it as
    a line of its own. The space before the dash does not break, so that no line begins with one.
    """
    words = escape(tidy(dateline), quote=False)
    if not words:
        return body
    begins = _PARAGRAPH.match(body)
    if begins is None:
        return f"<p><b>{words}</b></p>\n{body}"
    dash = "\u2014" if language.split("-", 1)[0] in _EM_DASH else "\u2013"
    return f"{begins[0]}<b>{words}</b>\u00a0{dash} {body[begins.end() :].lstrip()}"
