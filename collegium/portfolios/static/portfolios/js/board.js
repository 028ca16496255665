/**
 * The gap board: cards are moved with mouse, pen or finger, or by Alt and the arrow keys; what became of it is said aloud.
 *
 * Moves go one after the other, each counted from where the one before it left the card.
 */

import { Hand, listOf, outlive, queue, thingIn, thingsOf } from "../../design/js/arranging.js";

const board = document.querySelector("[data-board]");
const says = document.querySelector("[data-board-says]");
const add = document.querySelector("[data-board-add]");

const columns = () => [...board.querySelectorAll("[data-list]")];
const isRefused = () => board.querySelector("[data-refused]") !== null;

// Moving -----------------------------------------------------------------------------------------------------------

const take = queue();

/** `where` is asked when it is this move's turn: the column and the place in it, null for the end; or nothing, to stay. */
function move(key, where) {
  take(async () => {
    const card = thingIn(board, key);
    const to = card && where(card);
    if (!to) return;
    const values = { node: to.column.dataset.list };
    if (to.position !== null) values.position = to.position;
    await window.htmx.ajax("POST", card.dataset.move, {
      target: "#board",
      swap: "innerHTML",
      values,
      headers: { "X-CSRFToken": card.querySelector("[name=csrfmiddlewaretoken]").value },
    });
  });
}

const hand = new Hand(board, {
  by: "[data-thing]",
  presses: true,
  columns: true,
  put: ({ key, list, before }) => move(key, (card) => {
    const column = columns().find((each) => each.dataset.list === list);
    const rest = column ? thingsOf(column).filter((each) => each !== card) : [];
    const next = rest.findIndex((each) => each.dataset.thing === before);
    return column && { column, position: next < 0 ? null : next };
  }),
});

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 };

board.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-thing]");
  if (!card || card !== event.target || !event.altKey || !(event.key in STEPS)) return;
  event.preventDefault();
  const across = event.key === "ArrowLeft" || event.key === "ArrowRight";
  const step = across && document.dir === "rtl" ? -STEPS[event.key] : STEPS[event.key];
  move(card.dataset.thing, (now) => {
    const column = listOf(now);
    if (across) {
      const next = columns()[columns().indexOf(column) + step];
      return next && { column: next, position: null };
    }
    const cards = thingsOf(column);
    const place = cards.indexOf(now) + step;
    return place >= 0 && place < cards.length ? { column, position: place } : null;
  });
});

// A new board ------------------------------------------------------------------------------------------------------

outlive(board, {
  arrived: ({ requestConfig }) => (isRefused() ? null : requestConfig?.elt?.closest("form")?.id),
  otherwise: (card) => card,
  renewed: () => {
    says.textContent = board.querySelector("[data-said]")?.textContent ?? "";
    hand.renew();
  },
});

// The next title can be typed while the last one is on its way; it is taken away only if it is the one that arrived.
let onItsWay = null;
add?.addEventListener("htmx:beforeRequest", () => {
  onItsWay = add.elements.title.value;
});
add?.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && !isRefused() && add.elements.title.value === onItsWay) add.elements.title.value = "";
});

board.classList.add("board-live");
