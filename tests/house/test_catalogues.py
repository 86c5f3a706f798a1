"""The catalogues are complete in every language, and no word for people stands in a page outside them.

Each check is a function that names what is wrong; a sample beside it shows that it can.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from gettext import c2py
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from string import Formatter

import catalogues
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po
from catalogues import LANGUAGES, Key
from jinja2 import Environment

from feedsvc.words import CATALOGUES

TEMPLATES = catalogues.ROOT / "feedsvc" / "web" / "templates"
WITHOUT_WORDS = {
    "code": "What one types to a machine or reads from one is the same in every language.",
}
"""Elements whose text is not translated, and why."""
SAME_EVERYWHERE = {
    "/api/openapi.json": "The rest of an address.",
}
"""Texts that are not translated, and why."""
FOR_PEOPLE = {"alt", "aria-label", "aria-description", "data-guard", "data-label", "label", "placeholder", "title"}
"""Attributes that are shown or read out."""
MARKERS = {"_", "N_", "gettext", "ngettext"}
_CLASSES = re.compile(r"\{%-? block body_class -?%\}[\w -]*\{%-? endblock -?%\}")
"""The block of class names stands in an attribute, which its own template does not show."""
_ATTRIBUTE = re.compile(r'[a-z-]+="[^"]*"')
"""An attribute that a macro gives to somebody's tag."""
_LETTER = re.compile(r"[^\W\d_]")
_MARKUP = re.compile(r"""</?[a-z][a-z0-9]*(?:\s+[a-z-]+="[^"]*")*\s*/?>|&#?\w+;|`[^`]*`""")
"""Tags, entities and code in backticks. `<angle brackets>` is none of them."""
_COUNTED = range(1_000)


def placeholders(sentence: str) -> Counter[str]:
    """The `{names}` of a sentence. Raises ValueError where a brace is left open."""
    return Counter(name for _text, name, _spec, _how in Formatter().parse(sentence) if name is not None)


def numbers_of_forms(language: str) -> list[set[int]]:
    """For each plural form, the numbers below a thousand that it is used with."""
    plural = get_plural(language)
    choose = c2py(plural.plural_expr)
    return [{n for n in _COUNTED if choose(n) == form} for form in range(plural.num_plurals)]


def wrong_placeholders(key: Key, said: tuple[str, ...], language: str) -> Iterator[str]:
    """A form that is used with 1 alone may leave `{n}` out, as the English singular may; every other one needs it."""
    full = key if isinstance(key, str) else key[1]
    for form, text in enumerate(said):
        allowed = [placeholders(full)]
        if isinstance(key, tuple) and numbers_of_forms(language)[form] == {1}:
            allowed.append(placeholders(key[0]))
        try:
            if placeholders(text) not in allowed:
                yield f"other placeholders: {text!r}"
        except ValueError as error:
            yield f"{error}: {text!r}"
        if Counter(_MARKUP.findall(text)) != Counter(_MARKUP.findall(full)):
            yield f"other markup: {text!r}"


def faults(keys: Iterable[Key], found: dict[Key, Message], language: str) -> list[str]:
    """What is wrong with a catalogue, in words."""
    told = [f"no longer used: {key!r}" for key in found.keys() - set(keys)]
    for key in keys:
        message = found.get(key)
        if message is None:
            told.append(f"missing: {key!r}")
            continue
        said = catalogues.forms(message)
        wanted = 1 if isinstance(key, str) else len(numbers_of_forms(language))
        if len(said) != wanted or not all(text.strip() for text in said):
            told.append(f"untranslated: {key!r}")
        else:
            told += [f"{key!r}: {fault}" for fault in wrong_placeholders(key, said, language)]
        if message.fuzzy:
            told.append(f"fuzzy: {key!r}")
    return told


def is_compiled(mo: Path, catalogue: Catalog) -> bool:
    return mo.exists() and mo.read_bytes() == catalogues.mo_bytes(catalogue)


class _Words(HTMLParser):
    """Collects text and attributes with letters in them, which no translator has seen."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self.silent = 0

    def _take(self, text: str | None) -> None:
        words = " ".join(_ATTRIBUTE.sub("", text or "").split())
        if not self.silent and _LETTER.search(words) and words not in SAME_EVERYWHERE:
            self.found.append((self.getpos()[0], words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in FOR_PEOPLE:
                self._take(value)
        self.silent += tag in WITHOUT_WORDS

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in WITHOUT_WORDS

    def handle_data(self, data: str) -> None:
        self._take(data)


def unwrapped(template: str) -> list[str]:
    """The words of a template that stand outside `{{ }}` and `{% %}`, with the lines on which they begin."""
    reader, tokens = _Words(), Environment(autoescape=True).lex(_CLASSES.sub("", template))
    # What the template computes leaves only its line breaks behind, so that the lines stay right.
    reader.feed("".join(text if kind == "data" else "\n" * text.count("\n") for _line, kind, text in tokens))
    reader.close()
    return [f"{line}: {words}" for line, words in reader.found]


def _is_lost(sentence: ast.expr) -> bool:
    match sentence:
        case ast.JoinedStr() | ast.BinOp() | ast.Constant(value=""):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Constant())):
            return True
    return False


def badly_wrapped(source: str) -> list[str]:
    """Calls that mark a sentence which no extractor can read: an f-string, a sum, a formatted one, an empty one."""
    told = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKERS):
            continue
        sentences = node.args[: 2 if node.func.id == "ngettext" else 1]
        if any(_is_lost(sentence) for sentence in sentences):
            told.append(f"{node.lineno}: {ast.unparse(node)}")
    return told


@pytest.fixture(scope="module")
def keys() -> list[Key]:
    return catalogues.extracted()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str, keys: list[Key]) -> None:
    assert faults(keys, catalogues.stored(language), language) == [], "run `make catalogues`, then translate"


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_are_compiled(language: str) -> None:
    found = catalogues.updated(language, list(catalogues.stored(language)))
    assert is_compiled(catalogues.po_path(language).with_suffix(".mo"), found), "run `make catalogues`"


def test_catalogues_are_the_languages_of_the_folder() -> None:
    folders = {path.name for path in CATALOGUES.iterdir() if path.is_dir()}
    assert folders == set(LANGUAGES)


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_no_words_in_a_page_are_left_out_of_the_catalogues(path: Path) -> None:
    assert unwrapped(path.read_text(encoding="utf-8")) == []


def test_no_sentence_is_wrapped_so_that_it_is_lost() -> None:
    for path in sorted((catalogues.ROOT / "feedsvc").rglob("*.py")):
        assert badly_wrapped(path.read_text(encoding="utf-8")) == [], path


SAMPLE: list[Key] = ["Saved as {number}.", "Use `code` in <b>bold</b> &amp; <angle brackets>.", ("{n} day", "{n} days")]
GOOD = """
msgid "Saved as {number}."
msgstr "Сохранено: {number}."

msgid "Use `code` in <b>bold</b> &amp; <angle brackets>."
msgstr "<b>Жирный</b> &amp; `code` и <угловые скобки>."

msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "{n} день"
msgstr[1] "{n} дня"
msgstr[2] "{n} дней"
"""


def russian(po: str) -> dict[Key, Message]:
    header = f'msgid ""\nmsgstr "Plural-Forms: {get_plural("ru")};\\n"\n'
    return catalogues.messages(read_po(BytesIO((header + po).encode()), locale="ru", ignore_obsolete=True))


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("", "", []),
        ("Сохранено: {number}.", "", ["untranslated"]),
        ("Сохранено: {number}.", "Сохранено: {номер}.", ["other placeholders"]),
        ("Сохранено: {number}.", "Сохранено.", ["other placeholders"]),
        ("Сохранено: {number}.", "Сохранено: {number.", ["expected '}'"]),
        ("`code` и", "`код` и", ["other markup"]),
        ("Жирный</b>", "Жирный", ["other markup"]),
        ("&amp; `code`", "и `code`", ["other markup"]),
        ('msgid "Saved as', '#, fuzzy\nmsgid "Saved as', ["fuzzy"]),
        ('msgid "Saved as', 'msgid "Kept as', ["no longer used", "missing"]),
        ("{n} день", "Один день", ["other placeholders"]),
        ("{n} дней", "", ["untranslated"]),
    ],
)
def test_the_check_of_a_catalogue_can_fail(good: str, bad: str, told: list[str]) -> None:
    found = faults(SAMPLE, russian(GOOD.replace(good, bad)), "ru")
    assert len(found) == len(told)
    assert all(word in fault for word, fault in zip(told, found, strict=True)), found


def test_a_form_for_one_alone_may_leave_the_number_out() -> None:
    key = ("One day", "{n} days")
    assert list(wrong_placeholders(key, ("Bir gün", "{n} gün"), "az")) == []
    assert len(list(wrong_placeholders(key, ("Один день", "{n} дня", "{n} дней"), "ru"))) == 1


def test_the_check_of_compiled_catalogues_can_fail(tmp_path: Path) -> None:
    mo, catalogue = tmp_path / "messages.mo", catalogues.updated("ru", ["Save"])
    assert not is_compiled(mo, catalogue)
    mo.write_bytes(catalogues.mo_bytes(catalogue))
    assert is_compiled(mo, catalogue)
    catalogue["Save"].string = "Сохраните"
    assert not is_compiled(mo, catalogue)


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ('<p class="a{% if b %} c{% endif %}" title="{{ _("x") }}">{{ _("Words") }}: 3 · {# note #}</p>', []),
        ("<code>make run</code>", []),
        ("{% if a %}\n<p>Words\nhere</p>{% endif %}", ["2: Words here"]),
        ('<code>x</code> <img alt="A picture">', ["1: A picture"]),
        ('<nav aria-label="Pages {{ n }}">', ["1: Pages"]),
        ("<b>{{ n }}</b> слов", ["1: слов"]),
        ('{% block body_class %}item{% endblock %}{% if a %} aria-label="{{ a }}" lang="az"{% endif %}', []),
        ("{% block title %}Item{% endblock %}", ["1: Item"]),
    ],
)
def test_the_check_of_templates_can_fail(template: str, told: list[str]) -> None:
    assert unwrapped(template) == told


@pytest.mark.parametrize(
    ("source", "lost"),
    [
        ('_("Saved as {number}.", number=1) + _(title) + N_("One " "sentence") + say(f"{x}")', False),
        ('_(f"Saved as {number}.")', True),
        ('_("Saved as " + number)', True),
        ('_("Saved as {}.".format(number))', True),
        ('ngettext("{n} day", f"{n} days", 3)', True),
        ('_("")', True),
    ],
)
def test_the_check_of_marked_sentences_can_fail(source: str, *, lost: bool) -> None:
    assert bool(badly_wrapped(source)) is lost
