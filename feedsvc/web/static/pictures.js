// Pictures of an item: dropped or chosen, sent one after another with progress, moved and removed in place.
// Without this script the same buttons send the form.
"use strict";

for (const box of document.querySelectorAll("fieldset.pictures")) {
  const list = box.querySelector(".picture-list");
  const files = box.querySelector("input[type=file]");
  const uploads = box.querySelector(".uploads");
  const told = box.querySelector("[data-told]");
  const template = box.querySelector("template");
  const drop = box.querySelector(".drop");
  const waiting = [];
  let busy = false;

  const tell = (words) => { told.textContent = ""; requestAnimationFrame(() => { told.textContent = words; }); };
  const changed = () => {
    [...list.children].forEach((row, at) => { row.querySelector("[data-number]").textContent = at + 1; });
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const add = (made) => {
    const known = list.querySelector(`[data-picture="${made.key}"]`);
    if (known) return known;
    const row = template.content.firstElementChild.cloneNode(true);
    row.dataset.picture = made.key;
    for (const element of row.querySelectorAll("*")) {
      for (const name of ["id", "for", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value && value.endsWith("-")) element.setAttribute(name, value + made.key);
      }
      if (element.name === "picture" || element.name === "picture_decorative") element.value = made.key;
      if (element.dataset.arrange) element.value = `${element.dataset.arrange}:${made.key}`;
    }
    row.querySelector("img").src = made.thumbnail;
    list.append(row);
    changed();
    return row;
  };

  const line = (file) => {
    const made = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `${box.dataset.sending}: ${file.name}`);
    const state = document.createElement("span");
    state.className = "meta";
    made.append(name, bar, state);
    uploads.append(made);
    return { made, bar, state };
  };

  const failed = ({ made, bar, state }, words) => {
    bar.remove();
    made.className = "error";
    state.className = "";
    state.textContent = words;
    tell(words);
  };

  const send = (file, shown) => new Promise((done) => {
    if (file.size > Number(box.dataset.most)) { failed(shown, box.dataset.tooLarge); done(); return; }
    const request = new XMLHttpRequest();
    request.open("POST", box.dataset.send);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", box.form.elements.csrf_token.value);
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      shown.bar.value = event.loaded / event.total;
      shown.state.textContent = event.loaded < event.total ? `${Math.round(100 * shown.bar.value)} %` : `${box.dataset.reading}…`;
    });
    request.addEventListener("load", () => {
      if (request.status === 201) {
        const row = add(request.response);
        shown.made.remove();
        tell(box.dataset.done);
        if (!busy || !waiting.length) row.querySelector("input[name=picture_alt]").focus({ preventScroll: false });
      } else {
        const ended = request.status === 401 || request.status === 400;
        failed(shown, (request.response && request.response.problem) || (ended ? box.dataset.ended : box.dataset.failed));
      }
      done();
    });
    request.addEventListener("error", () => { failed(shown, box.dataset.failed); done(); });
    const body = new FormData();
    body.append("file", file);
    request.send(body);
  });

  // One after another: two at once would only wait for each other.
  const work = async () => {
    if (busy) return;
    busy = true;
    while (waiting.length) {
      const [file, shown] = waiting.shift();
      await send(file, shown);
    }
    busy = false;
  };
  const take = (chosen) => {
    for (const file of chosen) waiting.push([file, line(file)]);
    work();
  };

  files.addEventListener("change", () => { take([...files.files]); files.value = ""; });
  box.querySelector("[data-upload]").hidden = true;
  box.querySelector(".by-drop").hidden = false;
  const carriesFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  for (const kind of ["dragenter", "dragover"]) {
    box.addEventListener(kind, (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  box.addEventListener("dragleave", (event) => { if (!box.contains(event.relatedTarget)) drop.classList.remove("over"); });
  box.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    drop.classList.remove("over");
    take([...event.dataTransfer.files].filter((file) => !file.type || file.type.startsWith("image/")));
  });

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-arrange]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("[data-picture]");
    if (button.dataset.arrange === "remove") {
      const next = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      (next ? next.querySelector("input[name=picture_alt]") : files).focus();
      tell(box.dataset.removed);
    } else {
      if (button.dataset.arrange === "up" && row.previousElementSibling) row.previousElementSibling.before(row);
      if (button.dataset.arrange === "down" && row.nextElementSibling) row.nextElementSibling.after(row);
      // At an end of the list the button that was pressed is gone.
      (button.offsetParent ? button : row.querySelector(`[data-arrange=${button.dataset.arrange === "up" ? "down" : "up"}]`)).focus();
      tell(box.dataset.moved);
    }
    changed();
  });
}
