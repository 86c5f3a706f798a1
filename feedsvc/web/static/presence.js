// Says every twenty seconds that this item is open to write, shows who else is at it, and says goodbye.
"use strict";

const beside = document.querySelector("[data-presence]");
if (beside) {
  const say = (fields) => {
    const form = new FormData();
    form.set("csrf_token", beside.dataset.token);
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return form;
  };
  const show = (sentences) => {
    if (sentences.join("\n") === [...beside.children].map((one) => one.textContent).join("\n")) return;
    beside.replaceChildren(...sentences.map((sentence) => {
      const line = document.createElement("p");
      line.className = "notice warn";
      line.textContent = sentence;
      return line;
    }));
  };
  // The goodbye names the last sign of life of this page: one that comes late takes none away that a newer page gave.
  let last = "";
  const ask = async () => {
    if (document.visibilityState === "hidden") return;
    try {
      const answer = await fetch(beside.dataset.presence, { method: "POST", body: say({}) });
      if (!answer.ok || answer.redirected) return;
      const { there, revision, newer, seen } = await answer.json();
      last = seen;
      show(revision > Number(beside.dataset.revision) ? [...there, newer] : there);
    } catch {
      // No answer: what is on the page stays, and the next try comes by itself.
    }
  };
  addEventListener("pageshow", ask);
  setInterval(ask, 20_000);
  document.addEventListener("visibilitychange", ask);
  addEventListener("pagehide", () => { if (last) navigator.sendBeacon(beside.dataset.presence, say({ gone: last })); });
}
