// A Word file dropped anywhere on the page of an item is sent as its form would send it. What was typed stays: it is kept
// by autosave.js, and offered beside the file's words.
"use strict";

(() => {
  const form = document.getElementById("word-drop");
  const line = document.getElementById("from-word");
  if (!form || !line) return;
  line.querySelector(".dropping").hidden = false;
  const isWord = (file) => /\.docx?$/i.test(file.name);
  const carriesFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");

  addEventListener("dragover", (event) => { if (carriesFiles(event)) event.preventDefault(); });
  // Before the editor or anybody else looks at it; files of other kinds are theirs.
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    const file = [...event.dataTransfer.files].find(isWord);
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    const one = new DataTransfer();
    one.items.add(file);
    const input = document.createElement("input");
    [input.type, input.name, input.files] = ["file", "word_file", one.files];
    form.append(input);
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    line.append(" ", said);
    said.textContent = form.dataset.reading;
    document.getElementById("item")?.dispatchEvent(new CustomEvent("kept")); // leaving loses nothing: do not ask
    form.submit();
  }, true);
})();
