// What a text may hold: what readers' pages and feeds can carry, and nothing else.

import { Extension, Mark, Node } from "@tiptap/core";
import OfficePaste from "@intevation/tiptap-extension-office-paste";
import { Bold } from "@tiptap/extension-bold";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { Heading } from "@tiptap/extension-heading";
import { HorizontalRule } from "@tiptap/extension-horizontal-rule";
import { Italic } from "@tiptap/extension-italic";
import { Link } from "@tiptap/extension-link";
import { BulletList, ListItem, ListKeymap, OrderedList } from "@tiptap/extension-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Strike } from "@tiptap/extension-strike";
import { Table, TableCell, TableHeader, TableRow } from "@tiptap/extension-table";
import { Text } from "@tiptap/extension-text";
import { Dropcursor, Gapcursor, UndoRedo } from "@tiptap/extensions";

import { quoteNodes } from "./quote.js";

const raised = (name, tag) => Mark.create({
  name,
  parseHTML: () => [{ tag }],
  renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
});

const shown = { src: { default: null }, alt: { default: null }, title: { default: null }, width: { default: null }, height: { default: null } };

/** A picture that stands among words. */
const Image = Node.create({
  name: "image",
  inline: true,
  group: "inline",
  draggable: true,
  addAttributes: () => shown,
  parseHTML: () => [{ tag: "img[src]" }],
  renderHTML: ({ HTMLAttributes }) => ["img", HTMLAttributes],
});

/** A picture with its caption. */
const Picture = Node.create({
  name: "picture",
  group: "block",
  content: "pictureImage pictureCaption?",
  parseHTML: () => [{ tag: "figure", getAttrs: (figure) => (figure.querySelector(":scope > img") ? null : false) }],
  renderHTML: () => ["figure", 0],
});

const PictureImage = Node.create({
  name: "pictureImage",
  selectable: false,
  addAttributes: () => shown,
  parseHTML: () => [{ tag: "img[src]", context: "picture/", priority: 60 }],
  renderHTML: ({ HTMLAttributes }) => ["img", HTMLAttributes],
});

const PictureCaption = Node.create({
  name: "pictureCaption",
  content: "inline*",
  parseHTML: () => [{ tag: "figcaption", context: "picture/", priority: 60 }],
  renderHTML: () => ["figcaption", 0],
});

/** Direction and language, which a newsroom in several scripts needs kept. */
const Written = Extension.create({
  name: "written",
  addGlobalAttributes: () => [{
    types: ["paragraph", "heading", "bulletList", "orderedList", "listItem", "tableCell", "tableHeader"],
    attributes: { dir: { default: null }, lang: { default: null } },
  }],
});

/** Tab moves through a list or a table as in a word processor, and out of it at its end: no trap for the keyboard. */
const cells = Table.extend({
  addKeyboardShortcuts() {
    const { Tab, ...others } = this.parent();
    return { ...others, Tab: () => this.editor.commands.goToNextCell() };
  },
  renderHTML: ({ HTMLAttributes }) => ["table", HTMLAttributes, ["tbody", 0]],
}).configure({ resizable: false, View: null });

const scoped = TableHeader.extend({
  addAttributes() {
    return { ...this.parent(), scope: { default: null } };
  },
});

const listKeys = ListKeymap.extend({
  addKeyboardShortcuts() {
    const { Tab, ...others } = this.parent();
    return others;
  },
});

export function extensions(words) {
  return [
    Document, Text, Paragraph, HardBreak, HorizontalRule, Heading.configure({ levels: [2, 3, 4] }),
    Bold, Italic, Strike, raised("superscript", "sup"), raised("subscript", "sub"),
    Link.configure({
      openOnClick: false, defaultProtocol: "https", protocols: ["tel"], HTMLAttributes: { target: null, rel: null, class: null },
    }),
    BulletList, OrderedList, ListItem, listKeys, cells, TableRow, TableCell, scoped,
    ...quoteNodes(words.speaker), Image, Picture, PictureImage, PictureCaption, Written,
    UndoRedo, Gapcursor, Dropcursor, OfficePaste,
  ];
}
