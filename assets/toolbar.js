// The row of tools above the text: one stop of the Tab key, arrows from tool to tool.

const TOOLS = {
  h2: { is: ["heading", { level: 2 }], does: (chain) => chain.toggleHeading({ level: 2 }) },
  h3: { is: ["heading", { level: 3 }], does: (chain) => chain.toggleHeading({ level: 3 }) },
  bold: { is: ["bold"], does: (chain) => chain.toggleBold() },
  italic: { is: ["italic"], does: (chain) => chain.toggleItalic() },
  bullets: { is: ["bulletList"], does: (chain) => chain.toggleBulletList() },
  numbers: { is: ["orderedList"], does: (chain) => chain.toggleOrderedList() },
  deeper: { does: (chain) => chain.sinkListItem("listItem"), asks: true },
  higher: { does: (chain) => chain.liftListItem("listItem"), asks: true },
  quote: { is: ["quote"], does: (chain) => chain.toggleQuote() },
  table: { is: ["table"], does: (chain) => chain.insertTable({ rows: 3, cols: 2, withHeaderRow: true }) },
  rule: { does: (chain) => chain.setHorizontalRule() },
  head: { does: (chain) => chain.toggleHeaderRow() },
  row: { does: (chain) => chain.addRowAfter() },
  column: { does: (chain) => chain.addColumnAfter() },
  "row-away": { does: (chain) => chain.deleteRow() },
  "column-away": { does: (chain) => chain.deleteColumn() },
  "table-away": { does: (chain) => chain.deleteTable() },
  plain: { does: (chain) => chain.unsetAllMarks().clearNodes() },
  undo: { does: (chain) => chain.undo(), asks: true },
  redo: { does: (chain) => chain.redo(), asks: true },
};

export function toolbar(editor, bar, linkTool) {
  const buttons = [...bar.querySelectorAll("button[data-tool]")];
  let current = buttons[0];
  const visible = () => buttons.filter((button) => !button.closest("[hidden]"));

  const settle = (button) => {
    current = button;
    for (const one of buttons) one.tabIndex = one === current ? 0 : -1;
  };

  const show = () => {
    for (const group of bar.querySelectorAll("[data-when]")) {
      group.hidden = !group.dataset.when.split(" ").some((name) => editor.isActive(name));
    }
    for (const button of buttons) {
      const tool = TOOLS[button.dataset.tool];
      if (button.hasAttribute("aria-pressed")) {
        button.setAttribute("aria-pressed", String(tool ? editor.isActive(...tool.is) : editor.isActive("link")));
      }
      if (tool?.asks) button.setAttribute("aria-disabled", String(!tool.does(editor.can().chain()).run()));
    }
    if (current.closest("[hidden]")) {
      const hadFocus = document.activeElement === current;
      settle(buttons[0]);
      if (hadFocus) editor.view.focus();
    }
  };

  const press = (button) => {
    if (button.getAttribute("aria-disabled") === "true") return;
    if (button.dataset.tool === "link") linkTool.open();
    else {
      editor.view.focus(); // at once: Tiptap's own `focus` waits for a frame, and quick fingers type into nothing
      TOOLS[button.dataset.tool].does(editor.chain()).run();
    }
  };

  bar.addEventListener("mousedown", (event) => {
    if (event.target.closest("button")) event.preventDefault(); // the chosen words stay chosen
  });
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-tool]");
    if (!button) return;
    settle(button);
    press(button);
  });
  bar.addEventListener("keydown", (event) => {
    const there = visible();
    const place = there.indexOf(document.activeElement);
    const step = getComputedStyle(bar).direction === "rtl" ? -1 : 1;
    const next = {
      ArrowRight: there[(place + step + there.length) % there.length],
      ArrowLeft: there[(place - step + there.length) % there.length],
      Home: there[0],
      End: there.at(-1),
    }[event.key];
    if (event.key === "Escape") editor.view.focus();
    else if (next) {
      settle(next);
      next.focus();
    } else return;
    event.preventDefault();
  });
  editor.on("transaction", show);
  settle(current);
  show();
  bar.hidden = false;
  return { focus: () => current.focus() };
}

/** The line under the tools in which the address of a link is typed. */
export function links(editor, line) {
  const field = line.querySelector("input");
  const close = () => {
    line.hidden = true;
    editor.view.focus();
  };
  const set = () => {
    const typed = field.value.trim();
    editor.view.focus();
    const chain = editor.chain().extendMarkRange("link");
    if (!typed) chain.unsetLink().run();
    else {
      const isMail = /^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(typed);
      const href = /^[a-z][a-z0-9+.-]*:|^[/#]/i.test(typed) ? typed : (isMail ? "mailto:" : "https://") + typed;
      if (editor.state.selection.empty && !editor.isActive("link")) {
        chain.insertContent({ type: "text", text: typed, marks: [{ type: "link", attrs: { href } }] }).run();
      } else chain.setLink({ href }).run();
    }
    close();
  };
  line.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === field) set();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  line.querySelector("[data-link=set]").addEventListener("click", set);
  line.querySelector("[data-link=away]").addEventListener("click", () => {
    editor.chain().extendMarkRange("link").unsetLink().run();
    close();
  });
  return {
    open: () => {
      field.value = editor.getAttributes("link").href ?? "";
      line.hidden = false;
      field.focus();
      field.select();
    },
  };
}
