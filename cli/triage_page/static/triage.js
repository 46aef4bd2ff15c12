// Keys, and the token from the link's fragment, which no server, log or referrer ever sees.
"use strict";

const page = document.body.dataset.page;
const byId = (id) => document.getElementById(id);

function enter() {
  const token = window.location.hash.slice(1);
  if (!token) return;
  window.history.replaceState(null, "", "/");
  byId("token").value = token;
  byId("door").submit();
}

function follow(id) {
  const link = byId(id);
  if (link) link.click();
}

const rows = () => Array.from(document.querySelectorAll("tr.row"));
let here = -1;

function go(step) {
  const all = rows();
  if (!all.length) return;
  if (here >= 0) all[here].classList.remove("here");
  here = Math.max(0, Math.min(all.length - 1, here + step));
  all[here].classList.add("here");
  all[here].querySelector("a").focus({ preventScroll: true });
  all[here].scrollIntoView({ block: "nearest" });
}

function tick() {
  const all = rows();
  if (here < 0) return;
  const box = all[here].querySelector("input[type=checkbox]");
  if (box) box.checked = !box.checked;
}

function open_(id) {
  const details = byId(id);
  if (!details) return;
  details.open = true;
  details.querySelector("input, textarea").focus();
  details.scrollIntoView({ block: "nearest" });
}

function showKeys() {
  const keys = byId("keys");
  keys.hidden = !keys.hidden;
  byId("keys-button").setAttribute("aria-expanded", String(!keys.hidden));
}

function decide(key) {
  const radio = document.querySelector(`input[data-key="${key}"]`);
  if (!radio) return false;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  radio.focus();
  return true;
}

const LIST = { j: () => go(1), k: () => go(-1), x: tick, w: () => follow("work"), d: () => open_("bulk"), "/": () => open_("filter") };
const FINDING = {
  n: () => follow("next"), p: () => follow("previous"), w: () => follow("work"), u: () => follow("up"),
  m: () => byId("note").focus(), Enter: () => byId("decide").requestSubmit(),
};

function typing(target) {
  return target instanceof HTMLElement && target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
}

function pressed(event) {
  if (event.defaultPrevented || event.altKey || event.metaKey) return;
  if (page === "finding" && event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    byId("decide").requestSubmit();
    return;
  }
  if (event.ctrlKey || typing(event.target)) {
    if (event.key === "Escape" && typing(event.target)) event.target.blur();
    return;
  }
  if (event.key === "?") { showKeys(); event.preventDefault(); return; }
  const act = { list: LIST, finding: FINDING }[page]?.[event.key];
  const onControl = event.target instanceof HTMLElement && event.target.matches("a, button, summary");
  if (event.key === "Enter" && onControl) return;
  if (act) { act(); event.preventDefault(); return; }
  if (page === "finding" && decide(event.key)) event.preventDefault();
}

function showUntil() {
  const chosen = document.querySelector("input[name=decision]:checked");
  document.querySelectorAll("label.until").forEach((label) => {
    label.hidden = !chosen || chosen.value !== "accepted_until";
  });
}

// A form that was sent is not sent again by a second click. The server would record it once all the same.
function sendOnce(event) {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
}

if (page === "door") enter();
document.addEventListener("keydown", pressed);
document.addEventListener("change", showUntil);
document.addEventListener("submit", sendOnce);
window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
byId("keys-button")?.addEventListener("click", showKeys);
byId("tick-all")?.addEventListener("change", (event) => {
  document.querySelectorAll("input[name=ids]").forEach((box) => { box.checked = event.target.checked; });
});
showUntil();
