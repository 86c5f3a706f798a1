// The fields of a moment: what is typed is told in UTC, and how far away it is. Everything works without it.
"use strict";

for (const fields of document.querySelectorAll("[data-when]")) {
  const [day, hour, city] = ["day", "hour", "city"].map((name) => fields.querySelector(`[name=${name}]`));
  const at = fields.querySelector("[name=when][value=at]");
  const told = fields.querySelector("#told");
  const question = fields.querySelector("[data-question]");
  const zones = new Map([...fields.querySelectorAll("datalist option")].map((one) => [one.value.toLowerCase(), one.dataset.zone]));
  const language = fields.dataset.language;

  // What clocks in a zone show at a moment, as if it were UTC.
  const wall = (moment, zone) => {
    const parts = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
      hour: "2-digit", minute: "2-digit", second: "2-digit",
    }).formatToParts(moment);
    const found = Object.fromEntries(parts.map((part) => [part.type, part.value]));
    return Date.UTC(found.year, found.month - 1, found.day, found.hour, found.minute, found.second);
  };

  // Every moment at which clocks in the zone show this: none, one or two.
  const moments = (typed, zone) => {
    const day = 86400000;
    const offsets = new Set([-day, 0, day].map((near) => wall(typed + near, zone) - (typed + near)));
    return [...new Set([...offsets].map((offset) => typed - offset))].filter((moment) => wall(moment, zone) === typed);
  };

  const away = (milliseconds) => {
    const words = new Intl.RelativeTimeFormat(language, { numeric: "always" });
    const minutes = Math.round(milliseconds / 60000);
    if (minutes < 90) return words.format(minutes, "minute");
    if (minutes < 36 * 60) return words.format(Math.round(minutes / 60), "hour");
    return words.format(Math.round(minutes / 1440), "day");
  };

  const tell = () => {
    const zone = zones.get(city.value.trim().toLowerCase());
    const typed = Date.parse(`${day.value}T${hour.value}Z`);
    if (!zone || Number.isNaN(typed)) { told.textContent = ""; return; }
    const found = moments(typed, zone);
    if (found.length !== 1) { told.textContent = found.length ? told.dataset.fold : told.dataset.gap; return; }
    const left = found[0] - Date.now();
    const utc = new Intl.DateTimeFormat(language, { timeZone: "UTC", dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" }).format(found[0]);
    told.textContent = left > 0 ? `= ${utc} UTC, ${away(left)}` : told.dataset.past;
  };

  for (const field of [day, hour, city]) {
    field.addEventListener("input", () => {
      at.checked = true;
      if (question) question.remove(); // It was about another moment.
      tell();
    });
  }
  if (!question) tell();
  setInterval(() => { if (!question || !question.isConnected) tell(); }, 30000);
}
