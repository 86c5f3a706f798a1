// Word's lists, which are paragraphs that look like a list, as lists.
// The server does the same (feedsvc/newsroom/pasted_lists.py): a change here is a change there.

import { style } from "./styles.js";

const LISTED = /\blevel([1-9])/;
const COUNTED = /^(?:[([]?(?:([0-9]{1,4})|([0-9]{1,4}(?:\.[0-9]{1,4})+)|([a-z]{1,7}|[A-Z]{1,7}))[.)\]:]+|([0-9]{1,4}(?:\.[0-9]{1,4})+))$/;
const BULLET = /^[ \n\xa0]*[•·●○▪■§oØ–-][ \n\xa0]*\xa0[ \n\xa0]*/;
const ROMAN = { i: 1, v: 5, x: 10, l: 50, c: 100, d: 500, m: 1000 };

/** What `1.`, `(b)`, `iv)` or `·` says of its list. What is no number is a bullet. */
export function marker(text) {
  const found = COUNTED.exec(text.replace(/^[ \n\t\xa0]+|[ \n\t\xa0]+$/g, ""));
  if (!found) return { tag: "UL", type: "", start: 1 };
  const [, number, many, letters, open] = found;
  if (!letters) return { tag: "OL", type: "", start: Number(number ?? (many ?? open).split(".").at(-1)) };
  const large = letters === letters.toUpperCase();
  const small = letters.toLowerCase();
  if (small === "i" || (small.length > 1 && [...small].every((letter) => letter in ROMAN))) {
    return { tag: "OL", type: large ? "I" : "i", start: roman(small) };
  }
  if (small.length > 1) return { tag: "UL", type: "", start: 1 };
  return { tag: "OL", type: large ? "A" : "a", start: small.charCodeAt(0) - 96 };
}

function roman(letters) {
  const values = [...letters].map((letter) => ROMAN[letter]);
  return values.reduce((sum, one, at) => sum + (one < (values[at + 1] ?? 0) ? -one : one), 0);
}

/** Puts list paragraphs that follow each other into lists, as deep as their levels say. */
export function nest(tree) {
  let open = [];
  let root = null;
  for (const paragraph of tree.querySelectorAll("p")) {
    const found = LISTED.exec(style(paragraph)["mso-list"] ?? "");
    if (!found && !takeBullet(paragraph)) continue;
    if (!root || !follows(paragraph, root)) open = [];
    const level = found ? Number(found[1]) : 1;
    const mark = found ? marker(takeMarker(paragraph)) : { tag: "UL", type: "", start: 1 };
    while (open.length && (open.at(-1).level > level || (open.at(-1).level === level && open.at(-1).list.tagName !== mark.tag))) open.pop();
    if (!open.length || open.at(-1).level < level) {
      const list = paragraph.ownerDocument.createElement(mark.tag);
      if (mark.type) list.setAttribute("type", mark.type);
      if (mark.start > 1) list.setAttribute("start", String(mark.start));
      if (open.length) open.at(-1).list.lastElementChild.append(list);
      else {
        paragraph.before(list);
        root = list;
      }
      open.push({ list, level });
    }
    const item = paragraph.ownerDocument.createElement("li");
    item.append(...paragraph.childNodes);
    open.at(-1).list.append(item);
    paragraph.remove();
  }
}

/** Whether nothing but white space stands between the list and the paragraph. */
function follows(paragraph, list) {
  let before = paragraph.previousSibling;
  while (before && before.nodeType !== 1 && !(before.textContent ?? "").trim()) before = before.previousSibling;
  return before === list;
}

/** Takes away the bullet typed before the words of a list paragraph that has lost its styles. */
function takeBullet(paragraph) {
  if (!paragraph.className.includes("MsoList") || paragraph.firstChild?.nodeType !== 3) return false;
  const before = paragraph.firstChild.data;
  paragraph.firstChild.data = before.replace(BULLET, "");
  return paragraph.firstChild.data !== before;
}

/** Takes away the marker that Word wrote out before the words, and gives it. */
function takeMarker(paragraph) {
  for (const element of paragraph.querySelectorAll("span")) {
    if (style(element)["mso-list"] === "ignore") {
      element.remove();
      return element.textContent;
    }
  }
  return "";
}
