// Two small comforts; everything works without them.
"use strict";

// A form with unsaved words asks before the page is left.
for (const form of document.querySelectorAll("form[data-guard]")) {
  let unsaved = form.hasAttribute("data-unsaved");
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
}

// A day and a time in the newsroom's zone, told in UTC while they are typed.
const when = document.querySelector("[data-zone]");
const told = document.querySelector("[data-utc]");
if (when && told) {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: when.dataset.zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const wall = (moment) => {
    const found = Object.fromEntries(parts.formatToParts(moment).map((part) => [part.type, part.value]));
    return Date.UTC(found.year, found.month - 1, found.day, found.hour, found.minute, found.second);
  };
  const tell = () => {
    const [day, hour] = [...when.querySelectorAll("input")].map((input) => input.value);
    const typed = Date.parse(`${day}T${hour}Z`);
    told.textContent = "";
    if (Number.isNaN(typed)) return;
    // Twice, since the first guess may lie on the other side of a change of the clocks.
    let moment = typed - (wall(typed) - typed);
    moment = typed - (wall(moment) - moment);
    if (wall(moment) === typed) told.textContent = `= ${new Date(moment).toISOString().replace("T", " ").slice(0, 19)} UTC`;
  };
  when.addEventListener("input", tell);
  tell();
}
