/**
 * A reading list is put in order: dragged by its grip with mouse, pen or finger; by the arrow keys on the grip; by its
 * buttons. The page is in the new order at once and the focus stays; what is sent is always the whole order, and while one
 * is on its way only the last of those after it is sent.
 */

const list = document.querySelector("[data-arrange]");
const says = document.querySelector("[data-arrange-says]");

const entries = () => [...list.children];
const order = () => entries().map((entry) => entry.dataset.entry);

let sending = false;
let wanted = null;

async function save() {
  wanted = order();
  if (sending) return;
  sending = true;
  while (wanted) {
    const body = new URLSearchParams(wanted.map((key) => ["order", key]));
    wanted = null;
    try {
      const answer = await fetch(list.dataset.arrange, {
        method: "POST",
        headers: { "X-CSRFToken": list.querySelector("[name=csrfmiddlewaretoken]").value },
        body,
        keepalive: true,
      });
      if (!answer.ok) throw new Error(`${answer.status}`);
      list.dataset.saved = order().join(" ");
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
    .replace("TITLE", () => entry.dataset.title)
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
  const entry = event.target.closest("[data-entry]");
  move(entry, entries().indexOf(entry) + step);
});

list.addEventListener("keydown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const entry = grip.closest("[data-entry]");
  const here = entries().indexOf(entry);
  const to = { ArrowUp: here - 1, ArrowDown: here + 1, Home: 0, End: entries().length }[event.key];
  if (event.key === "Escape" && carried) drop(false);
  if (to === undefined) return;
  event.preventDefault();
  move(entry, to);
});

// By mouse, pen and finger -----------------------------------------------------------------------------------------

let carried = null; // the entry in the hand, and the order before it was lifted

list.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  grip.focus({ preventScroll: true });
  grip.setPointerCapture(event.pointerId);
  carried = { entry: grip.closest("[data-entry]"), before: order() };
  carried.entry.classList.add("resource--carried");
});

list.addEventListener("pointermove", (event) => {
  if (!carried) return;
  const others = entries().filter((each) => each !== carried.entry);
  const under = others.findIndex((each) => {
    const box = each.getBoundingClientRect();
    return event.clientY < box.top + box.height / 2;
  });
  put(carried.entry, under === -1 ? others.length : under);
});

function drop(keeps) {
  const { entry, before } = carried;
  carried = null;
  entry.classList.remove("resource--carried");
  if (!keeps) before.forEach((key) => list.append(list.querySelector(`[data-entry="${key}"]`)));
  mark();
  if (order().join() === before.join()) return;
  tell(entry);
  save();
}

list.addEventListener("pointerup", () => carried && drop(true));
list.addEventListener("pointercancel", () => carried && drop(false));

for (const grip of list.querySelectorAll("[data-grip]")) grip.hidden = false;
