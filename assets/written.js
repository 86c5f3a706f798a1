// Between the HTML that is kept and the HTML that the editor works on.

const EMPTY_BESIDE = new Set(["UL", "OL"]);
const HOLDERS = "li, td, th";

const parsed = (html) => new DOMParser().parseFromString(html, "text/html").body;

/** HTML for the editor: a quotation without a speaker gets an empty place for one. */
export function prepared(html) {
  const tree = parsed(html);
  for (const words of tree.querySelectorAll("blockquote")) {
    let figure = words.parentElement;
    if (figure.tagName !== "FIGURE") {
      figure = words.ownerDocument.createElement("figure");
      words.replaceWith(figure);
      figure.append(words);
    }
    if (!figure.querySelector(":scope > figcaption")) figure.append(words.ownerDocument.createElement("figcaption"));
  }
  return tree.innerHTML;
}

/** HTML to be kept: what the editor needs for itself left out, a block on a line. */
export function written(html) {
  const tree = parsed(html);
  for (const figure of tree.querySelectorAll("figure.quotation")) {
    const [words, speaker] = figure.children;
    figure.removeAttribute("class");
    speaker.removeAttribute("data-placeholder");
    if (!speaker.textContent.trim()) figure.replaceWith(words);
  }
  for (const holder of tree.querySelectorAll(HOLDERS)) {
    const [first, ...others] = holder.children;
    if (first?.tagName === "P" && !first.attributes.length && others.every((other) => EMPTY_BESIDE.has(other.tagName))) {
      first.replaceWith(...first.childNodes);
    }
  }
  for (const cell of tree.querySelectorAll("td, th")) {
    for (const name of ["colspan", "rowspan"]) if (cell.getAttribute(name) === "1") cell.removeAttribute(name);
    for (const name of ["align", "colwidth", "style"]) cell.removeAttribute(name);
  }
  for (const table of tree.querySelectorAll("table")) headed(table);
  for (const paragraph of tree.querySelectorAll("p, h2, h3, h4")) {
    if (!paragraph.textContent.trim() && !paragraph.querySelector("img")) paragraph.remove();
  }
  return [...tree.children].map((block) => block.outerHTML).join("\n");
}

/** Rows of headings alone at the top of a table are its head. */
function headed(table) {
  const rows = [...table.rows];
  const end = rows.findIndex((row) => [...row.cells].some((cell) => cell.tagName !== "TH"));
  if (end < 1) return;
  const head = table.ownerDocument.createElement("thead");
  head.append(...rows.slice(0, end));
  table.prepend(head);
}

const TRANSPARENT = new Set(["TBODY", "THEAD"]);
const OPTIONAL_IN = new Set(["LI", "TD", "TH", "BLOCKQUOTE"]);
const MARKS = new Set(["A", "ABBR", "B", "CITE", "CODE", "DEL", "EM", "I", "INS", "Q", "S", "SMALL", "STRONG", "SUB", "SUP", "TIME", "U"]);
const SAME = { B: "STRONG", I: "EM" };
const NOTHING = { colspan: "1", rowspan: "1", start: "1" };

/** What HTML says, so that two ways of writing the same are equal: blocks, and words with their marks. */
export function canonical(html) {
  const said = [];
  let run = null;
  const name = (element) => {
    const given = [...element.attributes].filter((one) => NOTHING[one.name] !== one.value).map((one) => `${one.name}=${one.value}`);
    return [SAME[element.tagName] ?? element.tagName, ...given.sort()].join(" ");
  };
  const block = (word) => {
    said.push(`<${word}>`);
    run = null;
  };
  const walk = (node, marks) => {
    if (node.nodeType === 3) {
      const text = node.data.replace(/[ \t\n\r]+/g, "");
      if (!text) return;
      const key = [...marks].sort().join("|");
      if (run?.key === key) run.text += text;
      else said.push((run = { key, text }));
      return;
    }
    if (node.nodeType !== 1) return;
    const parent = node.parentElement;
    const isOptional = node.tagName === "P" && OPTIONAL_IN.has(parent.tagName) && parent.firstElementChild === node && !node.attributes.length;
    const isEmpty = node.tagName === "P" && !node.textContent.trim() && !node.querySelector("img, br");
    if (MARKS.has(node.tagName)) for (const child of node.childNodes) walk(child, new Set([...marks, name(node)]));
    else if (TRANSPARENT.has(node.tagName) || isOptional || isEmpty) for (const child of node.childNodes) walk(child, marks);
    else {
      block(name(node) + (marks.size && node.tagName === "IMG" ? [...marks].sort() : ""));
      for (const child of node.childNodes) walk(child, marks);
      block(`/${node.tagName}`);
    }
  };
  for (const node of parsed(html).childNodes) walk(node, new Set());
  return JSON.stringify(said);
}
