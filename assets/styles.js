// What the styles of pasted HTML mean: bold, italic and raised words as tags, everything else as nothing.
// The server does the same (feedsvc/newsroom/pasted_styles.py): a change here is a change there.

export const BLOCKS = new Set([
  "BLOCKQUOTE", "DIV", "DL", "FIGURE", "H1", "H2", "H3", "H4", "H5", "H6", "HR", "LI", "OL", "P", "PRE", "TABLE", "UL",
]);
const BOLD = /^(?:bold(?:er)?|[6-9]00)$/;
const PLAIN = /^(?:normal|lighter|[1-5]00)$/;

const TAG = /<[a-z](?:"[^"]*"|'[^']*'|[^'">])*>/gi;

/** A tree of HTML whose styles are data: the page's policy refuses inline styles even in a document that nobody sees. */
export function read(markup) {
  const calm = markup.replace(/<style\b[^]*?<\/style\s*>/gi, "").replace(TAG, (tag) => tag.replace(/(\s)style(?=\s*=)/gi, "$1data-style"));
  return new DOMParser().parseFromString(calm, "text/html").body;
}

/** The styles of an element as property → value. */
export function style(element) {
  const found = {};
  for (const one of (element.getAttribute("data-style") ?? "").toLowerCase().split(";")) {
    const colon = one.indexOf(":");
    if (colon > 0) found[one.slice(0, colon).trim()] = one.slice(colon + 1).trim();
  }
  return found;
}

/** Whether only reviewers of the document see it. */
export function isRemark(element) {
  return (style(element)["mso-element"] ?? "").startsWith("comment") || element.className.includes("MsoCommentReference");
}

export function isHidden(element) {
  const given = style(element);
  return given.display === "none" || given["mso-hide"] === "all" || isRemark(element);
}

export function unwrap(element) {
  element.replaceWith(...element.childNodes);
}

/** The same element under another name, without attributes. */
export function renamed(element, name) {
  const made = element.ownerDocument.createElement(name);
  made.append(...element.childNodes);
  element.replaceWith(made);
  return made;
}

/** Writes bold, italic, sub and sup of styles as tags, and takes away those that the styles contradict. */
export function asTags(tree) {
  for (const element of tree.querySelectorAll("a, b, em, i, span, strong")) {
    const given = style(element);
    const weight = given["font-weight"] ?? "";
    const slant = given["font-style"] ?? "";
    let name = { B: "STRONG", I: "EM" }[element.tagName] ?? element.tagName;
    if ((name === "STRONG" && PLAIN.test(weight)) || (name === "EM" && slant === "normal")) name = "SPAN";
    const hasBlocks = [...element.getElementsByTagName("*")].some((inner) => BLOCKS.has(inner.tagName));
    if (hasBlocks && (name === "STRONG" || name === "EM")) name = "SPAN";
    const made = name === element.tagName ? element : renamed(element, name);
    if (hasBlocks) continue;
    for (const [tag, isSo] of [
      ["SUB", given["vertical-align"] === "sub"],
      ["SUP", given["vertical-align"] === "super"],
      ["EM", slant === "italic"],
      ["STRONG", BOLD.test(weight)],
    ]) {
      if (!isSo || tag === name) continue;
      const inner = made.ownerDocument.createElement(tag);
      inner.append(...made.childNodes);
      made.append(inner);
    }
  }
}
