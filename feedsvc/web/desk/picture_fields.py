"""The pictures of the item form: read out of its fields, put back into them, moved by its buttons. No request, no database.

Each picture is one value in each of five fields, in the order of the page; the tick has the picture's key as its value.
"""

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict

from feedsvc.newsroom import captions
from feedsvc.newsroom.captions import Caption

KEY, TICK = "picture", "picture_decorative"
WORDS = tuple(captions.LIMITS)
READ = 2 * captions.MOST
"""Pictures read out of a form: more than an item may have, so that the refusal still counts."""


def posted(form: MultiDict[str, str]) -> tuple[Caption, ...]:
    """The pictures as the form was sent. Whatever was sent: nothing is refused here."""
    ticked = set(form.getlist(TICK))
    columns = {name: form.getlist(f"{KEY}_{name}") for name in WORDS}
    return tuple(
        Caption(key, decorative=key in ticked, **{name: _at(column, number) for name, column in columns.items()})
        for number, key in enumerate(form.getlist(KEY)[:READ])
        if key  # what a script has not filled in is no picture
    )


def _at(values: Sequence[str], number: int) -> str:
    return values[number].replace("\r\n", "\n") if number < len(values) else ""


def written(form: MultiDict[str, str], pictures: Sequence[Caption]) -> MultiDict[str, str]:
    """The form with these pictures in the place of those that it had."""
    ours = {KEY, TICK, *(f"{KEY}_{name}" for name in WORDS)}
    fields = [(name, value) for name, value in form.items(multi=True) if name not in ours]
    for one in pictures:
        fields.append((KEY, one.key))
        fields.extend((f"{KEY}_{name}", getattr(one, name)) for name in WORDS)
        if one.decorative:
            fields.append((TICK, one.key))
    return MultiDict(fields)


def moved(pictures: Sequence[Caption], wanted: str) -> tuple[Caption, ...]:
    """After a button was pressed: `up:`, `down:` or `remove:` and a picture's key. Anything else moves nothing."""
    deed, _, key = wanted.partition(":")
    row = list(pictures)
    at = next((number for number, one in enumerate(row) if one.key == key), None)
    if at is None:
        return tuple(row)
    if deed == "remove":
        del row[at]
    elif deed in ("up", "down"):
        to = at - 1 if deed == "up" else at + 1
        row.insert(max(0, to), row.pop(at))
    return tuple(row)
