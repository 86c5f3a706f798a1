"""The paragraphs of an item's HTML as plain words, for whoever compares texts."""

from lxml import etree
from lxml import html as lxml_html

from feedsvc.characters import clean, one_line
from feedsvc.newsroom.differences import Paragraph

_BLOCKS = {
    "blockquote", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip


def of_html(markup: str) -> tuple[Paragraph, ...]:
    """Each paragraph, heading, entry of a list and cell of a table that has words or a picture, in reading order.

    Of a picture the words are its alternative text in square brackets. What else differs is in `form`.
    """
    found: list[Paragraph] = []
    words: list[str] = []
    form: list[str] = []

    def end() -> None:
        text = one_line("".join(words))
        if text:
            found.append(Paragraph(text, "".join(form)))
        words.clear()
        form.clear()

    tree = lxml_html.fragment_fromstring(clean(markup), create_parent="div")
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = str(element.tag)
        if tag in _BLOCKS:
            end()
        if event == "start":
            above = element.getparent()
            parent = str(above.tag) if above is not None and tag in _BLOCKS else ""
            form.append(f"{sum(map(len, words))}<{parent} {tag} {sorted(element.attrib.items())}>")
            words.append({"img": f"[{element.get('alt', '')}]", "br": " "}.get(tag, element.text or ""))
        else:
            form.append(f"{sum(map(len, words))}</{tag}>" if tag not in _BLOCKS else "")
            words.append(element.tail or "")
    end()
    return tuple(found)
