// A quotation with its speaker: <figure><blockquote>words</blockquote><figcaption>Name, role</figcaption></figure>.

import { Node } from "@tiptap/core";
import { TextSelection } from "@tiptap/pm/state";

const at = ($position, name) => {
  for (let depth = $position.depth; depth > 0; depth -= 1) if ($position.node(depth).type.name === name) return depth;
  return 0;
};

/** Makes quotations of the chosen paragraphs, or paragraphs of a quotation. Headings in it become paragraphs. */
const toggle = () => ({ state, tr, dispatch }) => {
  const { $from, $to } = state.selection;
  const { paragraph, quote, quoteWords, quoteSpeaker } = state.schema.nodes;
  const inside = at($from, "quote");
  if (inside) {
    const node = $from.node(inside);
    const start = $from.before(inside);
    const blocks = [];
    node.child(0).forEach((block) => blocks.push(block));
    if (node.child(1).content.size) blocks.push(paragraph.create(null, node.child(1).content));
    if (dispatch) {
      tr.replaceWith(start, start + node.nodeSize, blocks);
      tr.setSelection(TextSelection.near(tr.doc.resolve(Math.max(start + 1, $from.pos - 2))));
    }
    return true;
  }
  const range = $from.blockRange($to);
  if (!range || !range.parent.canReplaceWith(range.startIndex, range.endIndex, quote)) return false;
  const blocks = [];
  for (let index = range.startIndex; index < range.endIndex; index += 1) {
    const block = range.parent.child(index);
    blocks.push(block.isTextblock ? paragraph.create(null, block.content) : block);
  }
  if (!blocks.every((block) => quoteWords.contentMatch.matchType(block.type))) return false;
  if (dispatch) {
    tr.replaceWith(range.start, range.end, quote.create(null, [quoteWords.create(null, blocks), quoteSpeaker.create()]));
    tr.setSelection(TextSelection.create(tr.doc, $from.pos + 2, $to.pos + 2));
  }
  return true;
};

/** Enter in an empty last paragraph of the words goes on to the speaker; Enter behind the speaker goes on below. */
function enter({ editor }) {
  const { selection, schema } = editor.state;
  const { $from, empty } = selection;
  const depth = at($from, "quote");
  if (!depth || !empty) return false;
  const tr = editor.state.tr;
  if (at($from, "quoteSpeaker")) {
    const after = $from.after(depth);
    tr.insert(after, schema.nodes.paragraph.create());
    editor.view.dispatch(tr.setSelection(TextSelection.create(tr.doc, after + 1)).scrollIntoView());
    return true;
  }
  const words = $from.node(depth + 1);
  const isLast = $from.depth === depth + 2 && $from.index(depth + 1) === words.childCount - 1;
  if (!isLast || words.childCount < 2 || $from.parent.content.size) return false;
  const speaker = $from.after(depth + 1);
  tr.delete($from.before(), $from.after());
  editor.view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(tr.mapping.map(speaker) + 1))).scrollIntoView());
  return true;
}

/** At the beginning of the words a quotation ends being one; speaker and words never run into each other. */
function backspace({ editor }) {
  const { $from, empty } = editor.state.selection;
  const depth = at($from, "quote");
  if (!depth || !empty || $from.parentOffset > 0) return false;
  if (at($from, "quoteSpeaker")) return editor.commands.setTextSelection($from.before() - 2);
  return $from.depth === depth + 2 && $from.index(depth + 1) === 0 ? editor.commands.toggleQuote() : false;
}

function deleteKey({ editor }) {
  const { $from, empty } = editor.state.selection;
  const depth = at($from, "quote");
  if (!depth || !empty || $from.parentOffset < $from.parent.content.size) return false;
  if (at($from, "quoteSpeaker")) return true;
  return $from.depth === depth + 2 && $from.index(depth + 1) === $from.node(depth + 1).childCount - 1;
}

export function quoteNodes(speakerWords) {
  const Quote = Node.create({
    name: "quote",
    group: "block",
    content: "quoteWords quoteSpeaker",
    defining: true,
    parseHTML: () => [{ tag: "figure", getAttrs: (figure) => (figure.querySelector(":scope > blockquote") ? null : false) }],
    renderHTML: () => ["figure", { class: "quotation" }, 0],
    addCommands: () => ({ toggleQuote: toggle }),
    addKeyboardShortcuts: () => ({ Enter: enter, Backspace: backspace, Delete: deleteKey, "Mod-Shift-b": ({ editor }) => editor.commands.toggleQuote() }),
  });
  const QuoteWords = Node.create({
    name: "quoteWords",
    content: "(paragraph | bulletList | orderedList)+",
    addAttributes: () => ({ cite: { default: null } }),
    parseHTML: () => [{ tag: "blockquote" }],
    renderHTML: ({ HTMLAttributes }) => ["blockquote", HTMLAttributes, 0],
  });
  const QuoteSpeaker = Node.create({
    name: "quoteSpeaker",
    content: "inline*",
    parseHTML: () => [{ tag: "figcaption", context: "quote/" }],
    renderHTML: () => ["figcaption", { "data-placeholder": speakerWords }, 0],
  });
  return [Quote, QuoteWords, QuoteSpeaker];
}
