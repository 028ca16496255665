/**
 * The gap board: cards are moved with mouse, pen or finger, or by Alt and the arrow keys; what became of it is said aloud.
 *
 * A finger presses a moment before it drags, so that it can still scroll. Moves go one after the other, each counted from
 * where the one before it left the card; what somebody types meanwhile, and where the focus is, outlives the new board.
 */

const board = document.querySelector("[data-board]");
const says = document.querySelector("[data-board-says]");
const add = document.querySelector("[data-board-add]");

const FAR = 6; // pixels after which a pressed mouse or pen drags
const STILL = 12; // pixels that a finger may tremble while it presses
const LONG = 350; // milliseconds that a finger presses
const EDGE = 90; // pixels from the edge of the window, where a drag scrolls it

const columns = () => [...board.querySelectorAll("[data-column]")];
const cardsOf = (column) => [...column.querySelectorAll("[data-example]")];
const cardOf = (key) => board.querySelector(`[data-example="${key}"]`);

// Moving -----------------------------------------------------------------------------------------------------------

let moves = Promise.resolve();

/** `where` is asked when it is this move's turn: the column and the place in it, null for the end; or nothing, to stay. */
function move(key, where) {
  moves = moves.then(() => moveNow(key, where)).catch((fault) => console.error(fault));
}

async function moveNow(key, where) {
  const card = cardOf(key);
  const to = card && where(card);
  if (!to) return;
  const values = { node: to.column.dataset.column };
  if (to.position !== null) values.position = to.position;
  await window.htmx.ajax("POST", card.dataset.move, {
    target: "#board",
    swap: "innerHTML",
    values,
    headers: { "X-CSRFToken": card.querySelector("[name=csrfmiddlewaretoken]").value },
  });
}

// A new board ------------------------------------------------------------------------------------------------------

let kept = null; // what the old board had that is nobody's but the reader's

// Asked when the old board goes, not when the request went: meanwhile another card may have taken the focus, or none.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "board") return;
  const active = board.contains(document.activeElement) ? document.activeElement : null;
  const sent = event.detail.requestConfig?.elt?.closest("form"); // what a form sent has arrived
  const typed = [...board.querySelectorAll("input[name=title]")].filter(
    (field) => field.value !== field.defaultValue && !sent?.contains(field),
  );
  kept = {
    focused: active?.closest("[data-example]")?.dataset.example ?? null,
    field: typed.includes(active) ? active.id : null,
    caret: active?.selectionStart ?? null,
    typed: typed.map((field) => [field.id, field.value]),
  };
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "board" && event.detail.elt?.id !== "board") return;
  const said = board.querySelector("[data-said]");
  says.textContent = said?.textContent ?? "";
  if (!kept) return;
  for (const [id, value] of kept.typed) {
    const field = document.getElementById(id);
    if (!field) continue;
    field.value = value;
    field.closest("details").open = true;
  }
  const lost = !document.activeElement || document.activeElement === document.body;
  const field = kept.field && document.getElementById(kept.field);
  if (field && lost) {
    field.focus();
    field.setSelectionRange(kept.caret, kept.caret);
  } else if (kept.focused && lost) cardOf(kept.focused)?.focus({ preventScroll: drag !== null });
  kept = null;
  if (drag?.lifted) mark(); // the card in the hand is another element now
});

// The next title can be typed while the last one is on its way; it is taken away only if it is the one that arrived.
let onItsWay = null;
add?.addEventListener("htmx:beforeRequest", () => {
  onItsWay = add.elements.title.value;
});
add?.addEventListener("htmx:afterRequest", (event) => {
  const refused = board.querySelector("[data-refused]") !== null;
  if (event.detail.successful && !refused && add.elements.title.value === onItsWay) add.elements.title.value = "";
});

// By keyboard ------------------------------------------------------------------------------------------------------

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 };

board.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-example]");
  if (!card || card !== event.target || !event.altKey || !(event.key in STEPS)) return;
  event.preventDefault();
  const across = event.key === "ArrowLeft" || event.key === "ArrowRight";
  const step = across && document.dir === "rtl" ? -STEPS[event.key] : STEPS[event.key];
  move(card.dataset.example, (now) => {
    const column = now.closest("[data-column]");
    if (across) {
      const next = columns()[columns().indexOf(column) + step];
      return next && { column: next, position: null };
    }
    const cards = cardsOf(column);
    const place = cards.indexOf(now) + step;
    return place >= 0 && place < cards.length ? { column, position: place } : null;
  });
});

// By mouse, pen and finger -----------------------------------------------------------------------------------------

let drag = null; // what the pointer pressed and, once it is lifted, carries

board.classList.add("board-live");

board.addEventListener("pointerdown", (event) => {
  const card = event.target.closest?.("[data-example]");
  if (!card || !event.isPrimary || event.button !== 0 || event.target.closest("a, button, summary, input, select, form")) return;
  put(); // whatever was left in the hand
  const from = { x: event.clientX, y: event.clientY };
  drag = { card, key: card.dataset.example, pointer: event.pointerId, kind: event.pointerType, from, ...from, lifted: false };
  // A finger's moves come to what it touched first: asked there, scrolling can be held while it drags.
  card.addEventListener("touchmove", hold, { passive: false });
  if (drag.kind === "touch") drag.timer = setTimeout(lift, LONG);
});

function hold(event) {
  if (drag?.lifted && event.cancelable) event.preventDefault();
}

function lift() {
  const card = drag && cardOf(drag.key);
  if (!card) return put();
  drag.lifted = true;
  const box = card.getBoundingClientRect();
  drag.grip = { x: drag.from.x - box.left, y: drag.from.y - box.top };
  drag.ghost = document.createElement("div");
  drag.ghost.className = "example example--ghost";
  drag.ghost.setAttribute("aria-hidden", "true");
  drag.ghost.append(card.querySelector(".example__title").cloneNode(true));
  drag.ghost.style.inlineSize = `${box.width}px`;
  document.body.append(drag.ghost);
  document.documentElement.classList.add("is-dragging");
  if (drag.kind === "touch") navigator.vibrate?.(15);
  mark();
  requestAnimationFrame(scrollAtTheEdge);
}

document.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.pointer) return;
  drag.x = event.clientX;
  drag.y = event.clientY;
  const far = Math.hypot(drag.x - drag.from.x, drag.y - drag.from.y);
  if (!drag.lifted) {
    if (drag.kind === "touch") {
      if (far > STILL) put(); // it scrolls
      return;
    }
    if (far < FAR) return;
    lift();
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
  if (!lifted) return;
  cardOf(key)?.focus({ preventScroll: true });
  if (there) {
    move(key, () => {
      const column = board.querySelector(`[data-column="${there.column}"]`);
      const rest = column ? cardsOf(column).filter((each) => each.dataset.example !== key) : [];
      const next = rest.findIndex((each) => each.dataset.example === there.before);
      return column && { column, position: next < 0 ? null : next };
    });
  }
});

document.addEventListener("pointercancel", (event) => {
  if (drag && event.pointerId === drag.pointer) put();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag?.lifted) put();
});
window.addEventListener("blur", () => put());
// A link in a card, a chosen word: the browser's own dragging would take the pointer away.
board.addEventListener("dragstart", (event) => event.preventDefault());
// The menu that a long press opens elsewhere.
board.addEventListener("contextmenu", (event) => {
  if (drag?.kind === "touch") event.preventDefault();
});

/** The column under the pointer, and the card before which it would be put; ids, since the board may be another by then. */
function aim() {
  const column = document.elementFromPoint(drag.x, drag.y)?.closest("[data-column]");
  if (!column || !board.contains(column)) return null;
  const next = cardsOf(column)
    .filter((each) => each.dataset.example !== drag.key)
    .find((each) => {
      const box = each.getBoundingClientRect();
      return drag.y < box.top + box.height / 2;
    });
  return { column: column.dataset.column, before: next?.dataset.example ?? null };
}

function mark() {
  clear();
  cardOf(drag.key)?.classList.add("example--dragged");
  drag.ghost.style.translate = `${drag.x - drag.grip.x}px ${drag.y - drag.grip.y}px`;
  const there = aim();
  if (!there) return;
  board.querySelector(`[data-column="${there.column}"]`).classList.add("board__column--over");
  if (there.before) cardOf(there.before).classList.add("example--before");
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
  clearTimeout(drag.timer);
  drag.ghost?.remove();
  drag.card.removeEventListener("touchmove", hold);
  document.documentElement.classList.remove("is-dragging");
  drag = null;
  clear();
}

function clear() {
  for (const each of board.querySelectorAll(".board__column--over, .example--before, .example--dragged")) {
    each.classList.remove("board__column--over", "example--before", "example--dragged");
  }
}
