/** The gap board: cards are moved by dragging, or by Alt and the arrow keys; what became of it is said aloud. */

const board = document.querySelector("[data-board]");
const says = document.querySelector("[data-board-says]");
let dragged = null;
let focused = null; // the card that has the focus as the board is drawn anew, to be found again on the new one

const columns = () => [...board.querySelectorAll("[data-column]")];
const cardsOf = (column) => [...column.querySelectorAll("[data-example]")];

function prepare() {
  for (const card of board.querySelectorAll("[data-example]")) card.draggable = true;
}
prepare();

async function move(card, column, position) {
  card.focus();
  const body = new FormData();
  body.set("node", column.dataset.column);
  if (position !== null) body.set("position", position);
  const source = card.querySelector("[name=csrfmiddlewaretoken]");
  await window.htmx.ajax("POST", card.dataset.move, {
    target: "#board",
    swap: "innerHTML",
    values: Object.fromEntries(body),
    headers: { "X-CSRFToken": source.value },
  });
}

// Asked when the old board goes, not when the request went: meanwhile another card may have taken the focus, or none.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "board") return;
  const active = document.activeElement;
  focused = board.contains(active) ? (active.closest("[data-example]")?.dataset.example ?? null) : null;
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "board" && event.detail.elt?.id !== "board") return;
  prepare();
  says.textContent = board.querySelector("[data-said]")?.textContent ?? "";
  const lost = !document.activeElement || document.activeElement === document.body;
  if (focused && lost) board.querySelector(`[data-example="${focused}"]`)?.focus();
  focused = null;
  const add = document.querySelector("[data-board-add]");
  if (add && document.activeElement?.closest("[data-board-add]")) add.elements.title.value = "";
});

board.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-example]");
  if (!card || card !== event.target || !event.altKey) return;
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 };
  if (!(event.key in steps)) return;
  event.preventDefault();
  const column = card.closest("[data-column]");
  const across = event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (across) {
    const way = document.dir === "rtl" ? -steps[event.key] : steps[event.key];
    const next = columns()[columns().indexOf(column) + way];
    if (next) move(card, next, null);
    return;
  }
  const cards = cardsOf(column);
  const place = cards.indexOf(card) + steps[event.key];
  if (place >= 0 && place < cards.length) move(card, column, place);
});

board.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-example]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector(".example__title").textContent.trim());
  dragged.classList.add("example--dragged");
});

board.addEventListener("dragover", (event) => {
  const column = event.target.closest?.("[data-column]");
  if (!dragged || !column) return;
  event.preventDefault();
  clear();
  column.classList.add("board__column--over");
  before(column, event.clientY)?.classList.add("example--before");
});

board.addEventListener("drop", (event) => {
  const column = event.target.closest?.("[data-column]");
  if (!dragged || !column) return;
  event.preventDefault();
  const rest = cardsOf(column).filter((each) => each !== dragged);
  const next = before(column, event.clientY);
  move(dragged, column, next ? rest.indexOf(next) : null);
  clear();
});

board.addEventListener("dragend", () => {
  dragged?.classList.remove("example--dragged");
  dragged = null;
  clear();
});

function before(column, y) {
  return cardsOf(column)
    .filter((each) => each !== dragged)
    .find((each) => {
      const box = each.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
}

function clear() {
  for (const each of board.querySelectorAll(".board__column--over, .example--before")) each.classList.remove("board__column--over", "example--before");
}
