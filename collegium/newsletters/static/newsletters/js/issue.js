/**
 * The sheet of an issue: sections and entries are put in order by dragging their grips, or with the arrow keys while a grip
 * has the focus; what became of it is said aloud.
 *
 * Without this module each has buttons that do the same. Whatever is pressed waits for its turn, so that no answer shows the
 * sheet as it was before; what somebody types meanwhile, and where the focus is, outlives the new sheet.
 */

const place = document.getElementById("sheet");
const says = document.querySelector("[data-says]");

const FAR = 6; // pixels after which a pressed grip drags
const EDGE = 90; // pixels from the edge of the window, where a drag scrolls it

const gripOf = (key) => place.querySelector(`[data-grip="${key}"]`);
const thingOf = (key) => gripOf(key)?.closest("[data-thing]");
const token = () => document.querySelector("[data-sheet-token] [name=csrfmiddlewaretoken]").value;

// One after the other ------------------------------------------------------------------------------------------------

let turns = Promise.resolve();

/** `what` is asked when it is its turn: the address and the values, or nothing to leave it as it is. */
function send(what) {
  turns = turns.then(async () => {
    const asked = what();
    if (!asked) return;
    sent = asked.form ?? null;
    await window.htmx.ajax("POST", asked.action, {
      source: place,
      target: place,
      swap: "innerHTML",
      values: asked.values,
      headers: { "X-CSRFToken": token() },
    });
  }).catch((fault) => console.error(fault));
}

let sent = null; // the id of the form whose words have arrived

place.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-change]");
  if (!form) return;
  event.preventDefault();
  const values = new FormData(form, event.submitter);
  const action = form.action;
  send(() => ({ action, values, form: form.id }));
});

// A new sheet ----------------------------------------------------------------------------------------------------------

let kept = null; // what the old sheet had that is nobody's but the writer's

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== place) return;
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  const fields = [...place.querySelectorAll("input[id], textarea[id], select[id]")];
  kept = {
    focused: active?.id || null,
    section: active?.closest("[data-section]")?.dataset.section ?? null,
    caret: active?.selectionStart ?? null,
    typed: fields.filter(isChanged).map((field) => [field.id, field.value, field.form?.id ?? ""]),
    open: [...place.querySelectorAll("details[id][open]")].map((each) => each.id),
  };
});

function isChanged(field) {
  if (field instanceof HTMLSelectElement) return [...field.options].some((each) => each.selected !== each.defaultSelected);
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target !== place && event.detail.elt !== place) return;
  wake();
  const said = place.querySelector("[data-said]");
  says.textContent = said?.textContent ?? "";
  const isRefused = said?.hasAttribute("data-refused");
  if (kept) {
    for (const [id, value, form] of kept.typed) {
      if (form && form === sent && !isRefused) continue;
      const field = document.getElementById(id);
      if (field) field.value = value;
    }
    const closed = sent && !isRefused ? document.getElementById(sent)?.closest("details")?.id : null;
    for (const id of kept.open) {
      const details = document.getElementById(id);
      if (details && id !== closed) details.open = true;
    }
    const lost = !document.activeElement || document.activeElement === document.body;
    if (lost && (kept.focused || kept.section)) {
      const back = kept.focused && document.getElementById(kept.focused);
      const next = back && !back.disabled && back.checkVisibility?.() !== false ? back : document.getElementById(`section-${kept.section}-title`);
      next?.focus({ preventScroll: true });
      if (next === back && kept.caret !== null) back?.setSelectionRange?.(kept.caret, kept.caret);
    }
  }
  kept = sent = null;
  if (drag?.lifted) mark(); // what is in the hand is another element now
});

// By keyboard ----------------------------------------------------------------------------------------------------------

place.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  const key = grip.dataset.grip;
  const verb = event.key === "ArrowUp" ? "up" : "down";
  send(() => {
    const now = gripOf(key);
    return now && { action: now.dataset.move, values: { do: verb } };
  });
});

// By mouse, pen and finger ---------------------------------------------------------------------------------------------

let drag = null; // what the pointer pressed and, once it is lifted, carries

/** Grips are of use with a script alone. */
function wake() {
  for (const grip of place.querySelectorAll("[data-grip][hidden]")) grip.hidden = false;
}
wake();

place.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip || !event.isPrimary || event.button !== 0) return;
  put();
  const from = { x: event.clientX, y: event.clientY };
  drag = { key: grip.dataset.grip, kind: grip.dataset.kind, pointer: event.pointerId, from, ...from, lifted: false };
});

document.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.pointer) return;
  drag.x = event.clientX;
  drag.y = event.clientY;
  if (!drag.lifted) {
    if (Math.hypot(drag.x - drag.from.x, drag.y - drag.from.y) < FAR) return;
    if (!lift()) return;
  }
  mark();
});

document.addEventListener("pointerup", (event) => {
  if (!drag || event.pointerId !== drag.pointer) return;
  const { key, lifted } = drag;
  drag.x = event.clientX;
  drag.y = event.clientY;
  const there = lifted ? aim() : null;
  put();
  if (!there) return;
  gripOf(key)?.focus({ preventScroll: true });
  send(() => {
    const now = gripOf(key);
    const list = place.querySelector(`[data-list="${there.list}"]`);
    if (!now || !list) return null;
    const rest = thingsIn(list).map((each) => each.dataset.thing).filter((each) => each !== key);
    const next = rest.indexOf(there.before);
    const values = { do: "move", to: next < 0 ? rest.length : next };
    if (list.dataset.section) values.section = list.dataset.section;
    return { action: now.dataset.move, values };
  });
});

document.addEventListener("pointercancel", (event) => {
  if (drag && event.pointerId === drag.pointer) put();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag?.lifted) put();
});
window.addEventListener("blur", () => put());

const thingsIn = (list) => [...list.children].filter((each) => each.dataset.thing);

function lift() {
  const thing = thingOf(drag.key);
  if (!thing) return put();
  drag.lifted = true;
  const box = thing.getBoundingClientRect();
  drag.grip = { x: drag.from.x - box.left, y: drag.from.y - box.top };
  drag.ghost = document.createElement("div");
  drag.ghost.className = "sheet-ghost";
  drag.ghost.setAttribute("aria-hidden", "true");
  drag.ghost.textContent = thing.querySelector("[data-name]").textContent;
  drag.ghost.style.maxInlineSize = `${box.width}px`;
  document.body.append(drag.ghost);
  document.documentElement.classList.add("is-dragging");
  requestAnimationFrame(scrollAtTheEdge);
  return true;
}

/** The list under the pointer, and what it would be put before: names, since the sheet may be another by then. */
function aim() {
  const lists = [...place.querySelectorAll(`[data-list][data-holds="${drag.kind}"]`)];
  const over = lists.find((list) => {
    const box = (list.closest("[data-section]") ?? list).getBoundingClientRect();
    return drag.y >= box.top && drag.y <= box.bottom;
  });
  if (!over) return null;
  const next = thingsIn(over).filter((each) => each.dataset.thing !== drag.key).find((each) => {
    const box = each.getBoundingClientRect();
    return drag.y < box.top + box.height / 2;
  });
  return { list: over.dataset.list, before: next?.dataset.thing ?? null };
}

function mark() {
  clear();
  thingOf(drag.key)?.classList.add("is-dragged");
  drag.ghost.style.translate = `${drag.x - Math.min(drag.grip.x, 24)}px ${drag.y - 20}px`;
  const there = aim();
  if (!there) return;
  const list = place.querySelector(`[data-list="${there.list}"]`);
  list.classList.add("is-over");
  if (there.before) thingOf(there.before)?.classList.add("is-before");
  else list.classList.add("is-at-end");
}

function scrollAtTheEdge() {
  if (!drag?.lifted) return;
  const below = drag.y - (window.innerHeight - EDGE);
  const above = EDGE - drag.y;
  const by = below > 0 ? below / 5 : above > 0 ? -above / 5 : 0;
  if (by) {
    window.scrollBy({ top: by, behavior: "instant" });
    mark();
  }
  requestAnimationFrame(scrollAtTheEdge);
}

/** Out of the hand, wherever it is. */
function put() {
  if (!drag) return;
  drag.ghost?.remove();
  document.documentElement.classList.remove("is-dragging");
  drag = null;
  clear();
}

function clear() {
  for (const each of place.querySelectorAll(".is-over, .is-before, .is-at-end, .is-dragged")) each.classList.remove("is-over", "is-before", "is-at-end", "is-dragged");
}
