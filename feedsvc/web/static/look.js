// The page of the look: a field to pick each colour with, beside the one to type it in, and a preview that follows both.
// What the preview shows comes from the server, which alone knows how far a colour must move to be readable.
"use strict";

const sheet = document.querySelector("[data-look-sheet]");
const form = document.querySelector("[name=accent]")?.form;
if (sheet && form) {
  const FIELDS = ["accent", "spark", "letters", "corners"];
  const WAIT = 120; // milliseconds: a colour that is being dragged about asks for a sheet now and then, not at every step
  let shown = sheet;
  let [number, held, timer] = [0, 0, 0];

  const show = () => {
    const asked = new URLSearchParams(FIELDS.map((name) => [name, form.elements[name].value]));
    const next = document.createElement("link");
    next.rel = "stylesheet";
    next.href = `${sheet.dataset.lookSheet}?${asked}`;
    // The old one stays until the new one is there, so that nothing flickers; of several on their way the last one holds.
    const mine = number += 1;
    next.addEventListener("load", () => {
      if (mine < held) { next.remove(); return; }
      held = mine;
      shown.remove();
      shown = next;
    });
    next.addEventListener("error", () => next.remove());
    document.head.append(next);
  };

  for (const pick of form.querySelectorAll("[data-hue]")) {
    const typed = form.elements[pick.dataset.hue];
    pick.hidden = false;
    pick.addEventListener("input", () => {
      typed.value = pick.value;
      typed.dispatchEvent(new Event("input", { bubbles: true }));
    });
    typed.addEventListener("input", () => {
      const said = typed.value.trim().toLowerCase();
      if (/^#[0-9a-f]{6}$/.test(said)) pick.value = said;
      else if (!said) pick.value = pick.dataset.house;
    });
  }
  form.addEventListener("input", (event) => {
    if (!FIELDS.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(show, WAIT);
  });
}
