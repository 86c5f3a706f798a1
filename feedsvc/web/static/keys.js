// Keys that lead about the desk. They are listed on /desk/keys, which this opens as a dialogue; all works without it.
"use strict";

(() => {
  const list = document.getElementById("keys");
  if (!list) return;

  const SEQUENCE = 3000; // milliseconds at most between "g" and the letter behind it
  const ROWS = "main :is(.table.list tbody th a:first-of-type, .rows > li > a:first-of-type, .agenda li > a:first-of-type, a[rel=next])";
  const isDialogue = list.localName === "dialog";
  const leading = new Map(Array.from(list.querySelectorAll("[data-key]"), (link) => [link.dataset.key, link.href]));
  let first = "";
  let firstAt = 0;

  const open = () => { if (isDialogue && !list.open) list.showModal(); };
  for (const link of document.querySelectorAll("[data-keys]")) {
    link.addEventListener("click", (event) => {
      if (!isDialogue || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open();
    });
  }
  if (isDialogue) list.addEventListener("click", (event) => { if (event.target === list) list.close(); });

  // Whoever types means letters: in fields, in the editor, and in what opens a list of choices.
  const isTyping = (target) => target instanceof Element && (target.isContentEditable
    || Boolean(target.closest("textarea, select, [role=textbox], input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file])")));

  // The letter on the key: as it is written, or, where another alphabet is switched on, as it stands in the Latin one.
  const letter = (event) => {
    const key = event.key.toLowerCase();
    return /^[a-z]$/.test(key) || !/^Key[A-Z]$/.test(event.code) || key.length !== 1 ? key : event.code.slice(3).toLowerCase();
  };

  const step = (by) => {
    const rows = Array.from(document.querySelectorAll(ROWS)).filter((row) => row.checkVisibility?.() ?? true);
    const here = rows.indexOf(document.activeElement);
    const there = rows[here < 0 ? (by > 0 ? 0 : -1) : here + by];
    there?.focus();
    return Boolean(there);
  };

  const press = (button) => {
    if (!button || button.disabled) return false;
    button.click();
    return true;
  };

  // Together with Ctrl, or ⌘: these work while one writes, which is when they are wanted.
  const together = (event) => {
    const form = document.getElementById("item");
    const bar = form?.querySelector(".workbar");
    if (!bar || list.open) return false;
    if (letter(event) === "s" && !event.shiftKey) return press(bar.querySelector("button:not([name])"));
    if (event.key === "Enter" && event.shiftKey) {
      return press(bar.querySelector("#forward .primary") || bar.querySelector("button:not([name])"));
    }
    return false;
  };

  const alone = (event) => {
    const key = letter(event);
    const since = Date.now() - firstAt;
    const pair = first && since < SEQUENCE ? `${first} ${key}` : key;
    first = "";
    if (leading.has(pair)) {
      location.assign(leading.get(pair));
      return true;
    }
    if (key === "g") {
      [first, firstAt] = ["g", Date.now()];
      return true;
    }
    if (key === "?") {
      open();
      return true;
    }
    if (key === "/") {
      const box = document.getElementById("find");
      box?.focus();
      box?.select();
      return Boolean(box);
    }
    return key === "j" ? step(1) : key === "k" ? step(-1) : false;
  };

  // Before the editor sees it: that takes every Enter for its own.
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.repeat && together(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);

  addEventListener("keydown", (event) => {
    const again = event.repeat && event.key !== "j" && event.key !== "k";
    if (event.defaultPrevented || event.isComposing || again || event.altKey || event.ctrlKey || event.metaKey) return;
    const shifted = event.shiftKey && /^Key[A-Z]$/.test(event.code);
    if ("off" in list.dataset || list.open || shifted || isTyping(event.target)) return;
    if (alone(event)) event.preventDefault();
  });
})();
