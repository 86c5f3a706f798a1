// A button below each quotation of an item: it copies the words with their speaker and where they come from.
"use strict";

const copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain http there is no clipboard, or it was refused: the old way needs a marked field.
    const field = document.body.appendChild(Object.assign(document.createElement("textarea"), { value: text }));
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
};

for (const prose of document.querySelectorAll("[data-quotes]")) {
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  prose.after(status);
  for (const quote of prose.querySelectorAll("blockquote")) {
    if (quote.parentElement.closest("blockquote")) continue;
    const figure = quote.closest("figure");
    const speaker = figure ? figure.querySelector("figcaption") : null;
    const words = quote.innerText.trim();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small quote-copy";
    button.textContent = prose.dataset.quotes;
    button.addEventListener("click", async () => {
      const lines = [`“${words}”`, speaker ? `— ${speaker.innerText.trim()}` : "", prose.dataset.source];
      if (!(await copied(lines.filter(Boolean).join("\n")))) return;
      button.textContent = status.textContent = prose.dataset.done;
      setTimeout(() => { button.textContent = prose.dataset.quotes; status.textContent = ""; }, 2500);
    });
    (figure || quote).after(button);
  }
}
