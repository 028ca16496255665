/**
 * A reading list is put in order: dragged by its grip with mouse, pen or finger; by the arrow keys on the grip; by its
 * buttons. The page is in the new order at once and the focus stays; what is sent is always the whole order, and while one
 * is on its way only the last of those after it is sent.
 */

import { Hand, thingIn, thingsOf } from "../../design/js/arranging.js";

const list = document.querySelector("[data-arrange]");
const says = document.querySelector("[data-arrange-says]");

const entries = () => thingsOf(list);
const order = () => entries().map((entry) => entry.dataset.thing);

let sending = false;
let wanted = null;

async function save() {
  wanted = order();
  if (sending) return;
  sending = true;
  while (wanted) {
    const sent = wanted;
    wanted = null;
    try {
      const answer = await fetch(list.dataset.arrange, {
        method: "POST",
        headers: { "X-CSRFToken": list.querySelector("[name=csrfmiddlewaretoken]").value },
        body: new URLSearchParams(sent.map((key) => ["order", key])),
        keepalive: true,
      });
      if (!answer.ok) throw new Error(`${answer.status}`);
      list.dataset.saved = sent.join(" ");
    } catch {
      says.textContent = list.dataset.refused;
      says.classList.remove("visually-hidden");
    }
  }
  sending = false;
}

function mark() {
  const all = entries();
  all.forEach((entry, place) => {
    entry.querySelector('[data-step="-1"]')?.setAttribute("aria-disabled", String(place === 0));
    entry.querySelector('[data-step="1"]')?.setAttribute("aria-disabled", String(place === all.length - 1));
  });
}

function put(entry, place) {
  const others = entries().filter((each) => each !== entry);
  const to = Math.max(0, Math.min(place, others.length));
  if (entries().indexOf(entry) === to) return false;
  const focused = entry.contains(document.activeElement) ? document.activeElement : null;
  list.insertBefore(entry, others[to] ?? null);
  focused?.focus({ preventScroll: true });
  mark();
  return true;
}

function tell(entry) {
  const all = entries();
  says.textContent = list.dataset.said
    .replace("TITLE", () => entry.querySelector("[data-name]").textContent)
    .replace("NUMBER", all.indexOf(entry) + 1)
    .replace("ALL", all.length);
}

function move(entry, place) {
  if (!put(entry, place)) return;
  entry.scrollIntoView({ block: "nearest" });
  tell(entry);
  save();
}

// By buttons and by keyboard ---------------------------------------------------------------------------------------

list.addEventListener("submit", (event) => {
  const step = Number(event.submitter?.dataset.step ?? 0);
  if (!step) return;
  event.preventDefault();
  const entry = event.target.closest("[data-thing]");
  move(entry, entries().indexOf(entry) + step);
});

list.addEventListener("keydown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const entry = grip.closest("[data-thing]");
  const here = entries().indexOf(entry);
  const to = { ArrowUp: here - 1, ArrowDown: here + 1, Home: 0, End: entries().length }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  move(entry, to);
});

new Hand(list, {
  by: "[data-grip]",
  put: ({ key, before }) => {
    const rest = order().filter((each) => each !== key);
    move(thingIn(list, key), before === null ? rest.length : rest.indexOf(before));
  },
});

mark();
list.classList.add("is-live"); // grips are of use with a script alone
