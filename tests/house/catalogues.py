"""Brings the translation catalogues up to date with the code: `make catalogues`.

The keys are the English sentences in the code, so there is neither an `en` catalogue nor a .pot: both would only repeat
them. A translation stays as long as its sentence does; a new sentence comes in empty, and `test_catalogues.py` fails
until somebody has translated it. Nothing in the files depends on the day, on line numbers or on Babel's version.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import cast

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from feedsvc.words import CATALOGUES

Key = str | tuple[str, str]
"""The English sentence, or singular and plural."""

ROOT = Path(__file__).parents[2]
LANGUAGES = ("az", "ru")
_JINJA = {"extensions": "jinja2.ext.i18n", "silent": "false"}


class Calm(Catalog):
    """A catalogue whose header says only what programs need, and nothing that changes from day to day."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        plural = get_plural(str(self.locale))
        return [
            ("Language", str(self.locale)),
            ("Plural-Forms", f"nplurals={plural.num_plurals}; plural={plural.plural_expr};"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def sources(root: Path = ROOT / "feedsvc") -> Iterator[tuple[str, Path]]:
    """Babel's name of the extractor, and a file for it."""
    yield from (("python", path) for path in sorted(root.rglob("*.py")))
    yield from (("jinja2", path) for path in sorted((root / "web" / "templates").rglob("*.html")))


def extracted(root: Path = ROOT / "feedsvc") -> list[Key]:
    """Every sentence that the code marks for translation, sorted. A plural stands for its singular as well."""
    found: dict[str, Key] = {}
    for method, path in sources(root):
        options = _JINJA if method == "jinja2" else {"encoding": "utf-8"}
        for _line, message, *_rest in extract_from_file(method, path, DEFAULT_KEYWORDS, options=options):
            key: Key = message if isinstance(message, str) else (message[0], message[1])
            if isinstance(key, tuple) or key not in found:
                found[key if isinstance(key, str) else key[0]] = key
    return [found[name] for name in sorted(found)]


def po_path(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


def messages(catalogue: Catalog) -> dict[Key, Message]:
    """The sentences of a catalogue, without its header."""
    return {cast("Key", message.id): message for message in catalogue if message.id}


def forms(message: Message) -> tuple[str, ...]:
    """The translation, or its plural forms; empty where there is none yet."""
    said = cast("str | tuple[str, ...]", message.string)
    return said if isinstance(said, tuple) else (said,)


def stored(language: str) -> dict[Key, Message]:
    """What the catalogue holds now. A sentence that is no longer used is not among it."""
    path = po_path(language)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, ignore_obsolete=True, abort_invalid=True)
    return messages(catalogue)


def updated(language: str, keys: list[Key]) -> Calm:
    """The catalogue with exactly these sentences, each with the translation that it has had so far."""
    catalogue = Calm(locale=language, fuzzy=False, header_comment="# Brought up to date by `make catalogues`.")
    old = stored(language)
    for key in keys:
        before = old.get(key)
        comments = before.user_comments if before else ()
        flags = {"fuzzy"} if before and before.fuzzy else ()
        catalogue.add(key, before.string if before else "", flags=flags, user_comments=comments)
    return catalogue


def po_bytes(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalogue, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    return buffer.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def main() -> int:
    """Writes both files of each language. Gives 1 where something is left to translate."""
    keys, left = extracted(), 0
    for language in LANGUAGES:
        catalogue, path = updated(language, keys), po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(po_bytes(catalogue))
        path.with_suffix(".mo").write_bytes(mo_bytes(catalogue))
        empty = [message.id for message in catalogue if message.id and not all(forms(message))]
        left += len(empty)
        sys.stdout.write(f"{language}: {len(keys)} sentences, {len(empty)} to translate\n")
        sys.stdout.writelines(f"  {key!r}\n" for key in empty)
    return int(left > 0)


if __name__ == "__main__":
    sys.exit(main())
