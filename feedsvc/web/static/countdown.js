// Counts down to the moment at which an item goes live, asks the server once it has come until all feeds carry it,
// and brings what the page says of the item's state up to date. Without it the page has a link that does the same.
"use strict";

const countdown = document.querySelector("[data-countdown]");
if (countdown && countdown.dataset.at !== "0") {
  const said = countdown.querySelector(".said");
  const ahead = Number(countdown.dataset.now) - Date.now(); // by how much the server's clock is ahead of this one's
  const at = Number(countdown.dataset.at);
  const left = () => at - Date.now() - ahead;
  const LONGEST = 2 ** 31 - 1;
  const AGAIN = [10000, 20000, 30000, 60000]; // then every minute, until the server has nothing more to say
  let tries = 0;
  let asked = 0;
  let settled = countdown.hasAttribute("data-open") ? "" : countdown.dataset.phase;

  // The same page as it is now; every element that follows the state is put in the place of the old one.
  const follow = async () => {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-follows][id]")) {
      const made = fresh.getElementById(old.id);
      if (!made) continue;
      const had = old.contains(document.activeElement);
      old.replaceWith(document.adoptNode(made));
      if (had) { made.tabIndex = -1; made.focus({ preventScroll: true }); }
    }
  };

  const show = (told) => {
    if (!told.words) return;
    countdown.className = `countdown ${told.phase}`;
    countdown.hidden = false;
    said.setAttribute("role", "status");
    if (said.textContent !== told.words) said.textContent = told.words;
    if (!told.address) return;
    let link = countdown.querySelector("a");
    if (!link) {
      link = document.createElement("a");
      link.textContent = countdown.dataset.look;
      countdown.append(link);
    }
    link.href = told.address;
  };

  const leave = () => {
    // Whoever stood on Undo stands on what it became.
    const form = countdown.querySelector("form");
    if (!form) return;
    const had = form.contains(document.activeElement);
    form.remove();
    if (had) { said.tabIndex = -1; said.focus({ preventScroll: true }); }
  };

  const ask = async () => {
    let told = null;
    try {
      const answer = await fetch(countdown.dataset.countdown, { headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) told = await answer.json();
    } catch { told = null; } // no network just now: the next try may have one
    if (!told || (told.phase === "soon" && told.at_ms === at) || !told.is_done) {
      if (told && told.phase !== "soon") { leave(); show(told); }
      tries += 1;
      if (tries < 60) setTimeout(ask, tries < 12 ? 250 : 2000);
      return;
    }
    leave();
    if (told.phase !== settled) await follow();
    settled = told.phase;
    if (told.phase === "live" || told.phase === "held") {
      show(told);
      if (asked) said.removeAttribute("role"); // said once; from now on only the age of it changes
      setTimeout(ask, AGAIN[Math.min(asked, AGAIN.length - 1)]);
      asked += 1;
    } else {
      countdown.hidden = true; // nothing more to say, or planned anew: the page says so where it tells of the state
    }
  };

  const count = () => {
    const seconds = Math.ceil(left() / 1000);
    if (seconds <= 0) { ask(); return; }
    said.textContent = countdown.dataset.counted.replace("{n}", seconds);
    setTimeout(count, left() % 1000 || 1000);
  };

  const wait = () => {
    if (left() > 0) setTimeout(wait, Math.min(left() + 50, LONGEST));
    else ask();
  };

  const { phase } = countdown.dataset;
  if (phase === "soon") count();
  else if (phase === "planned") wait();
  else if (phase === "live" || phase === "held") setTimeout(ask, settled ? AGAIN[0] : 0);
}
