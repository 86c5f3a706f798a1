// HTML as Word and Google Docs put it on the clipboard, put right before the editor reads it.
// The server does the same (feedsvc/newsroom/pasted.py): a change here is a change there, and the browser test compares the two.

import { nest } from "./lists.js";
import { asTags, BLOCKS, isHidden, isRemark, read, renamed, unwrap } from "./styles.js";

const ELSEWHERE = /^(?:(?!https?:)[a-z][a-z0-9+.-]*:|\/\/[^/]*googleusercontent\.com\/|https?:\/\/[^/]*googleusercontent\.com\/)/i;
const LEVELS = { H1: "h2", H5: "h4", H6: "h4" };
const KEPT = {
  A: ["href", "title"], IMG: ["src", "alt", "title", "width", "height"], OL: ["start", "type"], TD: ["colspan", "rowspan"],
  TH: ["colspan", "rowspan", "scope"],
};
const EMBEDDED = "iframe, video, audio, object, embed, svg, canvas, math";
const INLINE = new Set(["A", "EM", "STRONG", "SUB", "SUP"]);
const FILLED = new Set(["P", "H2", "H3", "H4", "LI", "BLOCKQUOTE", "FIGCAPTION", "FIGURE", "UL", "OL", "TD", "TH"]);

/** The repaired HTML, and what of it could not come across: counts of pictures, embedded things, remarks, deletions. */
export function repaired(markup) {
  const tree = read(fragment(markup));
  const left = { pictures: 0, embedded: 0, remarks: 0, deletions: 0 };
  comments(tree);
  nest(tree);
  unseen(tree, left, /mso/i.test(markup));
  asTags(tree);
  for (const mark of tree.querySelectorAll("em em, strong strong, sub sub, sup sup")) unwrap(mark);
  quotes(tree);
  links(tree);
  blocks(tree);
  for (const plain of tree.querySelectorAll("span, font, center, u, o\\:p")) unwrap(plain);
  tree.normalize();
  white(tree);
  empties(tree);
  for (const element of tree.querySelectorAll("*")) {
    for (const { name } of [...element.attributes]) {
      const kept = name === "dir" ? element.dir === "rtl" : (KEPT[element.tagName] ?? []).includes(name);
      if (!kept) element.removeAttribute(name);
    }
  }
  return { html: tree.innerHTML, left };
}

function fragment(markup) {
  const start = markup.indexOf("<!--StartFragment-->");
  const end = markup.lastIndexOf("<!--EndFragment-->");
  return -1 < start && start < end ? markup.slice(start, end) : markup;
}

function comments(tree) {
  const walker = document.createTreeWalker(tree, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  for (const comment of found) comment.remove();
}

function unseen(tree, left, isWord) {
  for (const element of tree.querySelectorAll("style, script, title, meta, link, xml")) element.remove();
  for (const element of tree.querySelectorAll(EMBEDDED)) {
    left.embedded += 1;
    element.remove();
  }
  for (const element of tree.querySelectorAll("p, span, div, a, li, tr")) {
    if (!isHidden(element)) continue;
    if (isRemark(element) && element.tagName !== "SPAN") left.remarks += 1;
    element.remove();
  }
  if (isWord) {
    for (const element of tree.querySelectorAll("del")) {
      left.deletions += 1;
      element.remove();
    }
    for (const element of tree.querySelectorAll("ins")) unwrap(element);
  }
  for (const image of tree.querySelectorAll("img")) {
    const source = (image.getAttribute("src") ?? "").trim();
    if (source && !ELSEWHERE.test(source)) continue;
    left.pictures += 1;
    image.remove();
  }
}

function quotes(tree) {
  let made = null;
  for (const paragraph of tree.querySelectorAll("p.MsoQuote, p.MsoIntenseQuote")) {
    if (!made || paragraph.previousElementSibling !== made) {
      made = paragraph.ownerDocument.createElement("blockquote");
      paragraph.before(made);
    }
    made.append(paragraph);
  }
}

function links(tree) {
  for (const link of tree.querySelectorAll("a")) {
    const address = (link.getAttribute("href") ?? "").trim();
    if (!address || /^(?:#|file:|about:)/i.test(address)) unwrap(link);
    else link.setAttribute("href", untracked(address));
  }
}

/** The address without `utm_…` in its query. */
export function untracked(address) {
  const [, path, query, after] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(address) ?? [];
  if (!query) return address;
  const kept = query.split("&").filter((part) => part && !part.toLowerCase().startsWith("utm_")).join("&");
  return path + (kept ? `?${kept}` : "") + (after ?? "");
}

function blocks(tree) {
  for (const heading of tree.querySelectorAll("h1, h5, h6")) renamed(heading, LEVELS[heading.tagName]);
  for (const bold of tree.querySelectorAll(":is(h2, h3, h4) strong")) unwrap(bold);
  for (const inner of tree.querySelectorAll(":is(ul, ol) > :is(ul, ol)")) {
    let before = inner.previousElementSibling;
    if (before?.tagName !== "LI") {
      before = inner.ownerDocument.createElement("li");
      inner.before(before);
    }
    before.append(inner);
  }
  for (const division of [...tree.querySelectorAll("div")].reverse()) {
    if ([...division.children].some((child) => BLOCKS.has(child.tagName))) unwrap(division);
    else renamed(division, "p");
  }
}

/** White space as the reader sees it: no wrapped lines, no rows of spaces for the sake of the layout. */
function white(tree) {
  const walker = document.createTreeWalker(tree, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (!text.parentElement.closest("pre")) text.data = text.data.replace(/[ \t\n]+/g, " ").replace(/[ \xa0]{2,}/g, " ");
  }
}

function empties(tree) {
  for (const element of [...tree.querySelectorAll("*")].reverse()) {
    const hasWords = element.textContent.trim() !== "";
    if (element.tagName === "BR") {
      if (isDistance(element)) element.remove();
    } else if (INLINE.has(element.tagName) && !hasWords && !element.children.length) unwrap(element);
    else if (FILLED.has(element.tagName)) {
      if (hasWords || element.querySelector("img, hr, table")) trim(element);
      else if (element.tagName !== "TD" && element.tagName !== "TH") element.remove();
    }
  }
}

/** No white space at the ends of a block: the editor would keep a no-break space there. */
function trim(element) {
  const { firstChild, lastChild } = element;
  if (firstChild?.nodeType === 3) firstChild.data = firstChild.data.replace(/^[ \n\xa0]+/, "");
  if (lastChild?.nodeType === 3) lastChild.data = lastChild.data.replace(/[ \n\xa0]+$/, "");
}

/** Whether a line break stands where a line ends anyway. */
function isDistance(lineBreak) {
  const ends = (node) => !node || (node.nodeType === 1 && BLOCKS.has(node.tagName));
  const beside = (step) => {
    let node = lineBreak[step];
    while (node?.nodeType === 3 && !node.data.trim()) node = node[step];
    return node;
  };
  return ends(beside("nextSibling")) || ends(beside("previousSibling"));
}

