// Buttons that copy an address. Without this script the address can be marked and copied by hand, and no button is there.
"use strict";

const status = document.querySelector("[data-copied]");

const copied = async (field) => {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Over plain http there is no clipboard, or it was refused: the old way needs the marked field.
    field.select();
    return document.execCommand("copy");
  }
};

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const label = button.firstChild;
  const said = label.textContent;
  field.addEventListener("focus", () => field.select());
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!(await copied(field))) return field.focus();
    label.textContent = status.textContent = button.dataset.done;
    setTimeout(() => { label.textContent = said; status.textContent = ""; }, 2500);
  });
}
