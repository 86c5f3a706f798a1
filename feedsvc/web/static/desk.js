// A small comfort; everything works without it.
"use strict";

// A form with unsaved words asks before the page is left.
for (const form of document.querySelectorAll("form[data-guard]")) {
  let unsaved = form.hasAttribute("data-unsaved");
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
  form.addEventListener("kept", () => { unsaved = false; }); // autosave.js: it is on the server
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
}
