// The desk's editor on top of the plain field `body`, which stays what is sent. Without this script the field is typed in.

import { Editor, Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";

import { repaired } from "./paste.js";
import { extensions } from "./schema.js";
import { links, toolbar } from "./toolbar.js";
import { canonical, prepared, written } from "./written.js";

const PAUSE = 200;
/** Milliseconds without a key after which the field is brought up to date. */
function start(place) {
  const field = place.querySelector("textarea");
  const form = field.form;
  const kind = form.elements.body_form;
  const words = JSON.parse(place.dataset.words);
  const mount = document.createElement("div");
  const original = { body: field.value, kind: kind.value };
  let bar = null;

  const editor = new Editor({
    element: mount,
    injectCSS: false,
    editable: !field.matches(":disabled"),
    extensions: [...extensions(words), pasting((left) => say(place, words, left)), keys(() => bar?.focus(), () => link.open())],
    content: prepared(place.dataset.html),
    editorProps: {
      attributes: described(place, field),
      scrollMargin: { top: 90, bottom: 130, left: 0, right: 0 },
      scrollThreshold: { top: 90, bottom: 130, left: 0, right: 0 },
    },
  });
  if (canonical(written(editor.getHTML())) !== canonical(place.dataset.html)) {
    editor.destroy(); // something stands in it that would be lost: the plain field says so and shows it
    place.querySelector("[data-beyond]")?.removeAttribute("hidden");
    return;
  }
  let first = editor.getHTML();
  let waiting = 0;

  const bring = () => {
    clearTimeout(waiting);
    waiting = 0;
    const now = editor.getHTML();
    const isAsOpened = now === first;
    field.value = isAsOpened ? original.body : written(now);
    kind.value = isAsOpened ? original.kind : "html";
  };
  const told = () => {
    bring();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  editor.on("update", () => {
    clearTimeout(waiting);
    waiting = setTimeout(told, PAUSE);
    count(editor, words);
  });
  editor.on("blur", () => { if (waiting) told(); });
  form.addEventListener("submit", bring, true);
  form.addEventListener("formdata", (event) => {
    if (waiting) bring();
    event.formData.set("body", field.value);
    event.formData.set("body_form", kind.value);
  });
  // Another script has put HTML into the field: an imported file, words kept elsewhere.
  field.addEventListener("replaced", () => {
    kind.value = "html";
    editor.commands.setContent(prepared(field.value));
  });

  take(place, field, mount, editor);
  handOn(place, form);
  const link = links(editor, place.querySelector(".link-line"));
  if (editor.isEditable) bar = toolbar(editor, place.querySelector("[role=toolbar]"), link);
  count(editor, words);
}

/** The attributes of the box: what it is called and which hints and errors belong to it. */
function described(place, field) {
  const given = { id: "body", role: "textbox", "aria-multiline": "true", "aria-labelledby": "body-label", class: "prose" };
  const hints = [place.querySelector("[data-editor-hint]")?.id, ...(field.getAttribute("aria-describedby") ?? "").split(" ")];
  const found = hints.filter((id) => id && id !== "body_html-hint");
  if (found.length) given["aria-describedby"] = found.join(" ");
  if (field.getAttribute("aria-invalid")) given["aria-invalid"] = "true";
  if (field.matches(":disabled")) given["aria-readonly"] = "true";
  return given;
}

/** Puts the editor in the place of the field. */
function take(place, field, mount, editor) {
  field.id = "body-source";
  field.hidden = true;
  field.after(mount);
  mount.className = "writing";
  for (const hint of place.querySelectorAll("[data-plain-hint]")) hint.hidden = true;
  for (const hint of place.querySelectorAll("[data-editor-hint]")) hint.hidden = false;
  place.querySelector("label").addEventListener("click", () => editor.view.focus());
  if (location.hash === "#body") editor.view.focus();
}

/** Picture files dropped on the text or pasted into it go to the item's pictures, which ask for their words. */
function handOn(place, form) {
  const pictures = form.querySelector("fieldset.pictures input[type=file]");
  if (!pictures) return;
  const carries = (transfer) => transfer && [...transfer.types].includes("Files");
  const hand = (event, transfer) => {
    const files = [...transfer.files].filter((file) => file.type.startsWith("image/"));
    if (!files.length || transfer.types.includes("text/html")) return;
    event.preventDefault();
    event.stopPropagation();
    const given = new DataTransfer();
    for (const file of files) given.items.add(file);
    pictures.files = given.files;
    pictures.dispatchEvent(new Event("change", { bubbles: true }));
  };
  place.addEventListener("dragover", (event) => { if (carries(event.dataTransfer)) event.preventDefault(); });
  place.addEventListener("drop", (event) => { if (carries(event.dataTransfer)) hand(event, event.dataTransfer); }, true);
  place.addEventListener("paste", (event) => { if (carries(event.clipboardData)) hand(event, event.clipboardData); }, true);
}

const keys = (toTools, toLink) => Extension.create({
  name: "keys",
  addKeyboardShortcuts: () => ({
    "Alt-F10": () => {
      toTools();
      return true;
    },
    "Mod-k": () => {
      toLink();
      return true;
    },
  }),
});

/** Repairs what is pasted, before any other extension sees it, and tells what of it could not come across. */
const pasting = (tell) => Extension.create({
  name: "pasting",
  priority: 200_000,
  addProseMirrorPlugins() {
    let left = null;
    let text = "";
    return [new Plugin({
      props: {
        transformPastedHTML(html) {
          if (html.includes("data-pm-slice")) return html; // our own words, moved about
          const found = repaired(html);
          left = found.left;
          text = packed(new DOMParser().parseFromString(found.html, "text/html").body.textContent);
          return prepared(found.html);
        },
        transformPasted(slice) {
          if (left) {
            const lost = packed(slice.content.textBetween(0, slice.content.size)).length < text.length;
            tell({ ...left, words: lost ? 1 : 0 });
            left = null;
          }
          return slice;
        },
      },
    })];
  },
});

const packed = (text) => text.replace(/[\s\xa0]+/g, "");

/** Says what could not come across, in the place kept for it; nothing where all of it did. */
function say(place, words, left) {
  const box = place.querySelector("[data-said]");
  const sentences = Object.entries(left).filter(([, many]) => many > 0).map(([what, many]) => counted(words[what], many));
  box.querySelector("p").textContent = sentences.join(" ");
  box.classList.toggle("visually-hidden", !sentences.length);
}

function counted(forms, many) {
  const form = new Intl.PluralRules(document.documentElement.lang).select(many);
  return (forms[form] ?? forms.other).replace(/\d+/, String(many));
}

function count(editor, words) {
  const shown = document.querySelector("[data-word-count]");
  if (!shown) return;
  const text = editor.state.doc.textBetween(0, editor.state.doc.content.size, " ", " ");
  shown.textContent = counted(words.count, (text.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}’'.,:-]*/gu) ?? []).length);
  shown.hidden = false;
}

const place = document.querySelector("[data-writing]");
if (place) start(place);
