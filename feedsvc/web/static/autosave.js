// What is typed in the item form is kept on the server while it is typed, and in this browser where the server cannot be
// reached or nobody is signed in any more. "Saved" is said only after the server's answer, which comes after its disk's.
"use strict";

(() => {
  const form = document.getElementById("item");
  const mark = form?.querySelector('input[name="unsaved"]');
  if (!mark) return;

  const EVERY = 2500, AGAIN = 5000, PATIENCE = 10000; // milliseconds
  const KEEPALIVE = 60000; // bytes that browsers send on behalf of a page that is left
  const KEPT_FOR = 30 * 24 * 3600 * 1000;
  const says = mark.dataset;
  const shelf = `feedsvc.unsaved.${says.who}.`;
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  // The form's name, this page's own, and how often it has sent. A page that shows again what this tab had typed goes
  // on as the same one; a page that was filled in with kept words says which ones it saw.
  let [name, writer, turn] = mark.value.split(".");
  const adopted = "same" in says ? "" : name;
  let seen = adopted ? mark.value : "";
  if (!name) name = random();
  if (!writer || adopted) [writer, turn] = [random(), 0];
  turn = Number(turn || 0);

  const words = () => {
    const found = new URLSearchParams();
    for (const [key, value] of new FormData(form)) {
      if (typeof value === "string" && !["csrf_token", "unsaved", "over", "then"].includes(key)) found.append(key, value);
    }
    return found;
  };
  const token = () => form.querySelector('input[name="csrf_token"]');

  // --- what the person is told ---------------------------------------------------------------------------------------

  const place = () => {
    let found = document.getElementById("save-state") || form.querySelector("[data-save-state]");
    if (!found) {
      found = document.createElement("p");
      found.className = "meta";
      (form.querySelector(".actions") || form).append(found);
    }
    found.id = "save-state";
    return found;
  };
  const told = place();
  told.setAttribute("role", "status");
  told.setAttribute("aria-live", "polite");
  let sentence = "";
  // The time stands apart and is not read out: a screen reader hears when the state changes, not every three seconds.
  const tell = (text, time = "", link = null) => {
    const [before, after] = text.split("{time}");
    told.dataset.state = text === says.saved ? "saved" : "unsaved";
    if (sentence !== text) {
      sentence = text;
      told.textContent = before;
      const clock = document.createElement("span");
      clock.setAttribute("aria-hidden", "true");
      told.append(clock, after || "");
      if (link) told.append(" ", link);
    }
    told.querySelector("span").textContent = time;
  };
  // Stays, since it concerns all that is typed from now on.
  const tellApart = () => {
    if (document.getElementById("save-apart")) return;
    const said = document.createElement("p");
    [said.id, said.className] = ["save-apart", "meta"];
    said.setAttribute("role", "status");
    told.after(said);
    said.textContent = says.apart;
  };
  const signIn = () => {
    const link = document.createElement("a");
    [link.href, link.target, link.textContent] = [says.login, "_blank", says.again];
    return link;
  };

  // --- in this browser -------------------------------------------------------------------------------------------------

  const keepHere = (fields) => {
    const entry = { name, writer, turn, seen, item: says.item, at: Date.now(), fields };
    try {
      localStorage.setItem(shelf + name, JSON.stringify(entry));
      return true;
    } catch {
      return false; // full, or forbidden
    }
  };
  const forgetHere = (which) => {
    try {
      localStorage.removeItem(shelf + which);
    } catch { /* nothing is kept then */ }
  };
  const keptHere = () => {
    const found = [];
    try {
      for (const key of Object.keys(localStorage).filter((one) => one.startsWith(shelf))) {
        const entry = JSON.parse(localStorage.getItem(key));
        if (Date.now() - entry.at < KEPT_FOR) found.push(entry);
        else localStorage.removeItem(key);
      }
    } catch { /* nothing that could be read */ }
    return found.sort((one, other) => one.at - other.at);
  };

  // --- to the server ---------------------------------------------------------------------------------------------------

  const post = (fields, { as, saw, item, leaving = false }) => {
    const body = new URLSearchParams(fields);
    body.set("csrf_token", token().value);
    body.set("unsaved", as);
    body.set("unsaved_seen", saw);
    body.set("unsaved_item", item);
    const text = body.toString();
    return fetch(says.url, {
      method: "POST", body: text, redirect: "manual", keepalive: leaving && text.length < KEEPALIVE,
      headers: { "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8", Accept: "application/json" },
      signal: AbortSignal.timeout?.(PATIENCE),
    });
  };
  // After a new sign-in in another tab the old token is worth nothing. Gives whether the same person is signed in.
  const renew = async () => {
    const answer = await fetch(says.url, { redirect: "manual", headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(PATIENCE) });
    if (answer.status !== 200) return "nobody";
    const now = await answer.json();
    if (String(now.who) !== says.who) return "other";
    for (const one of document.querySelectorAll('input[name="csrf_token"]')) one.value = now.token;
    return "same";
  };

  let last = "unsaved" in form.dataset ? null : words().toString();
  let timer = 0, busy = false, sent = false;
  const later = (milliseconds) => { if (!timer && !sent) timer = setTimeout(send, milliseconds); };

  const failed = (text, fields, link = null) => {
    tell(keepHere(fields) ? text : says.nowhere, "", link);
    later(AGAIN);
  };

  const answered = async (answer, fields, now) => {
    const told = answer.status === 200 ? await answer.json() : {};
    if (told.saved) {
      const { saved } = told;
      [last, seen] = [now, ""];
      forgetHere(name);
      tell(says.saved, saved);
      if (words().toString() === now) form.dispatchEvent(new CustomEvent("kept"));
      else later(EVERY);
    } else if (answer.status === 409 || told.done) {
      // Another tab writes under this name, or the form was saved there: these words get a name of their own.
      [name, writer, turn, seen] = [random(), random(), 0, ""];
      tellApart();
      later(1);
    } else if ([400, 401, 403].includes(answer.status)) {
      const who = await renew();
      if (who === "same") later(1);
      else if (who === "nobody") failed(says.ended, fields, signIn());
      else failed(says.other, fields);
    } else if (answer.status === 422) {
      tell((await answer.json()).problem);
      keepHere(fields);
    } else {
      failed(says.offline, fields);
    }
  };

  async function send(leaving = false) {
    clearTimeout(timer);
    timer = 0;
    if (sent) return;
    const found = words(), now = found.toString(), fields = [...found];
    if (now === last) return;
    if (busy && leaving !== true) return later(EVERY);
    turn += 1;
    mark.value = `${name}.${writer}.${turn}`;
    if (leaving === true) keepHere(fields); // until the answer, which this page may not live to see
    busy = true;
    try {
      await answered(await post(found, { as: mark.value, saw: seen, item: says.item, leaving: leaving === true }), fields, now);
    } catch {
      failed(says.offline, fields);
    } finally {
      busy = false;
    }
  }

  form.addEventListener("input", () => later(EVERY));
  form.addEventListener("change", () => later(EVERY));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") send(true); });
  addEventListener("pagehide", () => send(true));
  addEventListener("online", () => { if (timer) send(); });
  // Once it is sent to be saved, nothing may follow that would bring it back as unsaved. Should it not arrive, it is here.
  form.addEventListener("submit", (event) => {
    setTimeout(() => { if (event.defaultPrevented) sent = false; });
    sent = true;
    clearTimeout(timer);
    timer = 0;
    if (words().toString() !== last) {
      turn += 1;
      mark.value = `${name}.${writer}.${turn}`;
      keepHere([...words()]);
    }
  });
  addEventListener("pageshow", (event) => { if (event.persisted) sent = false; });
  if (last === null) later(1);

  // --- what this browser kept of earlier pages goes to the server, which offers it ---------------------------------------

  const bring = async (entry) => {
    const marked = `${entry.name}.${entry.writer}.${entry.turn}`;
    let answer = await post(entry.fields, { as: marked, saw: entry.seen, item: entry.item });
    let under = entry.name;
    if (answer.status === 409) {
      under = random();
      answer = await post(entry.fields, { as: `${under}.${random()}.1`, saw: "", item: entry.item });
    }
    const kept = answer.status === 200 && Boolean((await answer.json()).saved);
    if (answer.status === 200 || answer.status === 404) forgetHere(entry.name);
    return kept && entry.item === says.item && under !== adopted ? under : "";
  };
  (async () => {
    let own = "";
    for (const entry of keptHere()) {
      if (entry.name === name && "same" in says) continue; // it stands in this very form
      try {
        own = (await bring(entry)) || own;
      } catch {
        return; // the next page tries again
      }
    }
    if (own && !sent && words().toString() === last) location.replace(`${location.pathname}?unsaved=${own}`);
  })();
})();
