/**
 * Lists that people put in order: what is pressed waits for its turn, a new content takes over what is the reader's, and a
 * thing is carried with mouse, pen or finger.
 *
 * On the page a list is `data-list` (its name) with `data-holds` (what kind), what lies in it is `data-thing` (its key) with
 * its `data-name`. All three may be replaced at any time: elements are looked for when they are needed, and only `place`,
 * which holds them, stays.
 */

const FAR = 6; // pixels after which a pressed mouse or pen drags
const STILL = 12; // pixels that a finger may tremble while it presses
const LONG = 350; // milliseconds that a finger presses
const EDGE = 90; // pixels from the edge of the window, where a drag scrolls it

// One after the other ----------------------------------------------------------------------------------------------------

/** A queue: `take(turn)` runs the asynchronous `turn` when all before it are done, whatever became of them. */
export function queue() {
  let turns = Promise.resolve();
  return (turn) => {
    turns = turns.then(turn).catch((fault) => console.error(fault));
  };
}

// A new content ----------------------------------------------------------------------------------------------------------

/**
 * What is nobody's but the reader's outlives the new content that htmx puts into `place`: the focus and the caret, what is
 * typed and not sent, what is unfolded. All that is to be kept has an id.
 *
 * `arrived(detail)` is the id of the form whose words the new content has taken in, if it has; `otherwise(thing)` is what
 * gets the focus when what had it is gone: the nearest thing around it that is still there; `renewed()` is called in the end.
 *
 * It is done in the same breath as the swap, not when htmx has settled: a key that is pressed between the two would be lost.
 */
export function outlive(place, { arrived = () => null, otherwise = () => null, renewed = () => {} }) {
  let kept = null;

  place.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== place) return;
    const active = place.contains(document.activeElement) ? document.activeElement : null;
    const fields = [...place.querySelectorAll("input[id], textarea[id], select[id]")];
    kept = {
      focused: active?.id || null,
      around: keysAround(active),
      caret: active?.selectionStart ?? null,
      typed: fields.filter(isChanged).map((field) => [field.id, field.value, field.form?.id || null]),
      open: [...place.querySelectorAll("details[id][open]")].map((each) => each.id),
    };
  });

  place.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== place || !kept) return;
    const { focused, around, caret, typed, open } = kept;
    kept = null;
    const form = arrived(event.detail);
    for (const [id, value, of] of typed) {
      const field = document.getElementById(id);
      if (field && !(form && of === form)) field.value = value;
    }
    const done = form && document.getElementById(form)?.closest("details")?.id;
    for (const id of open) {
      const details = document.getElementById(id);
      if (details && id !== done) details.open = true;
    }
    const isLost = !document.activeElement || document.activeElement === document.body;
    if (isLost && (focused || around.length)) {
      const back = focused && document.getElementById(focused);
      const nearest = around.map((key) => thingIn(place, key)).find(Boolean);
      const isThere = back && !back.disabled && back.checkVisibility?.() !== false;
      const next = isThere ? back : nearest && otherwise(nearest);
      next?.focus({ preventScroll: true });
      if (next === back && caret !== null) back?.setSelectionRange?.(caret, caret);
    }
    renewed();
  });
}

function keysAround(element) {
  const keys = [];
  for (let thing = element?.closest("[data-thing]"); thing; thing = thing.parentElement.closest("[data-thing]")) {
    keys.push(thing.dataset.thing);
  }
  return keys;
}

function isChanged(field) {
  if (field instanceof HTMLSelectElement) return [...field.options].some((each) => each.selected !== each.defaultSelected);
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

// By mouse, pen and finger -----------------------------------------------------------------------------------------------

/** The things of a list, without those of the lists that lie in it. */
export const thingsOf = (list) => [...list.querySelectorAll("[data-thing]")].filter((each) => listOf(each) === list);
/** The list in which a thing lies. */
export const listOf = (thing) => thing.parentElement.closest("[data-list]");
export const thingIn = (place, key) => place.querySelector(`[data-thing="${key}"]`);

/**
 * What carries a thing from its place to another.
 *
 * `by` is the selector of that by which it is taken: a grip, or the thing itself. With `presses` a finger presses a moment
 * before it drags, so that it can still scroll where the whole thing is taken; a grip has `touch-action: none` instead.
 * With `columns` a list is what lies under the pointer, otherwise what lies at its height.
 *
 * `put({ key, list, before })` is told where it was put: the name of the list and the key of what it lies before now, null
 * for the end.
 */
export class Hand {
  #place;
  #by;
  #presses;
  #columns;
  #put;
  #held = null; // what the pointer pressed and, once it is lifted, carries

  constructor(place, { by, put, presses = false, columns = false }) {
    this.#place = place;
    this.#by = by;
    this.#presses = presses;
    this.#columns = columns;
    this.#put = put;
    place.addEventListener("pointerdown", (event) => this.#press(event));
    document.addEventListener("pointermove", (event) => this.#move(event));
    document.addEventListener("pointerup", (event) => this.#release(event));
    document.addEventListener("pointercancel", (event) => this.#isMine(event) && this.empty());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.carries && this.empty());
    window.addEventListener("blur", () => this.empty());
    // A link in a thing, a chosen word: the browser's own dragging would take the pointer away.
    place.addEventListener("dragstart", (event) => {
      if (this.#held) event.preventDefault();
    });
    // The menu that a long press opens elsewhere.
    place.addEventListener("contextmenu", (event) => {
      if (this.#held?.isFinger) event.preventDefault();
    });
  }

  get carries() {
    return this.#held?.ghost !== undefined;
  }

  /** The thing in the hand may be another element now. */
  renew() {
    if (this.carries) this.#mark();
  }

  /** Out of the hand, wherever it is; nothing is put. */
  empty() {
    const held = this.#held;
    if (!held) return;
    this.#held = null;
    clearTimeout(held.timer);
    held.ghost?.remove();
    held.from.removeEventListener("touchmove", this.#hold);
    document.documentElement.classList.remove("is-dragging");
    this.#clear();
  }

  #isMine(event) {
    return this.#held?.pointer === event.pointerId;
  }

  #press(event) {
    const from = event.target.closest(this.#by);
    const thing = from?.closest("[data-thing]");
    const inner = event.target.closest("a, button, summary, input, select, textarea, form");
    if (!thing || !event.isPrimary || event.button !== 0) return;
    if (inner && inner !== from && from.contains(inner)) return; // it has a use of its own
    this.empty(); // whatever was left in the hand
    const isFinger = this.#presses && event.pointerType === "touch";
    const { clientX: x, clientY: y, pointerId: pointer } = event;
    this.#held = { key: thing.dataset.thing, from, pointer, isFinger, start: { x, y }, x, y };
    if (!isFinger) return;
    // A finger's moves come to what it touched first: asked there, scrolling can be held while it drags.
    from.addEventListener("touchmove", this.#hold, { passive: false });
    this.#held.timer = setTimeout(() => this.#lift(), LONG);
  }

  #hold = (event) => {
    if (this.carries && event.cancelable) event.preventDefault();
  };

  #lift() {
    const held = this.#held;
    const thing = thingIn(this.#place, held.key);
    if (!thing) return this.empty();
    const box = thing.getBoundingClientRect();
    // Not further from the pointer than its own height, however large the thing is.
    held.grip = { x: Math.min(held.start.x - box.left, 24), y: Math.min(held.start.y - box.top, 20) };
    held.ghost = document.createElement("div");
    held.ghost.className = "in-hand";
    held.ghost.setAttribute("aria-hidden", "true");
    held.ghost.textContent = thing.querySelector("[data-name]").textContent;
    held.ghost.style.maxInlineSize = `min(${box.width}px, 24rem)`;
    document.body.append(held.ghost);
    document.documentElement.classList.add("is-dragging");
    if (held.isFinger) navigator.vibrate?.(15);
    this.#mark();
    requestAnimationFrame(() => this.#scroll());
  }

  #move(event) {
    if (!this.#isMine(event)) return;
    const held = this.#held;
    held.x = event.clientX;
    held.y = event.clientY;
    if (this.carries) return this.#mark();
    const far = Math.hypot(held.x - held.start.x, held.y - held.start.y);
    if (held.isFinger) {
      if (far > STILL) this.empty(); // it scrolls
    } else if (far >= FAR) this.#lift();
  }

  #release(event) {
    if (!this.#isMine(event)) return;
    const { key } = this.#held;
    this.#held.x = event.clientX;
    this.#held.y = event.clientY;
    const isCarried = this.carries;
    const there = isCarried ? this.#aim() : null;
    this.empty();
    if (!isCarried) return;
    const thing = thingIn(this.#place, key);
    (thing?.querySelector("[data-grip]") ?? thing)?.focus({ preventScroll: true });
    if (there) this.#put({ key, ...there });
  }

  /** The list at the pointer, and what the thing would be put before: names, since both may be others by then. */
  #aim() {
    const { key, x, y } = this.#held;
    const thing = thingIn(this.#place, key);
    const kind = thing && listOf(thing)?.dataset.holds;
    const isOne = (list) => list && this.#place.contains(list) && list.dataset.holds === kind;
    const list = this.#columns
      ? document.elementFromPoint(x, y)?.closest("[data-list]")
      : [...document.querySelectorAll("[data-list]")].filter(isOne).find((each) => spans(each.closest("[data-reach]") ?? each, y));
    if (!thing || !isOne(list)) return null;
    const next = thingsOf(list).filter((each) => each !== thing).find((each) => {
      const box = each.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    return { list: list.dataset.list, before: next?.dataset.thing ?? null };
  }

  #mark() {
    this.#clear();
    const { key, ghost, x, y, grip } = this.#held;
    thingIn(this.#place, key)?.classList.add("is-dragged");
    ghost.style.translate = `${x - grip.x}px ${y - grip.y}px`;
    const there = this.#aim();
    if (!there) return;
    const list = document.querySelector(`[data-list="${there.list}"]`);
    list.classList.add("is-over");
    if (there.before !== null) thingIn(this.#place, there.before).classList.add("is-before");
    else list.classList.add("is-at-end");
  }

  #clear() {
    for (const name of ["is-over", "is-before", "is-at-end", "is-dragged"]) {
      for (const each of document.querySelectorAll(`.${name}`)) each.classList.remove(name);
    }
  }

  #scroll() {
    if (!this.carries) return;
    const { y } = this.#held;
    const below = y - (window.innerHeight - EDGE);
    const above = EDGE - y;
    const by = below > 0 ? below / 5 : above > 0 ? -above / 5 : 0;
    if (by) {
      window.scrollBy({ top: by, behavior: "instant" });
      this.#mark();
    }
    requestAnimationFrame(() => this.#scroll());
  }
}

const spans = (element, y) => {
  const { top, bottom } = element.getBoundingClientRect();
  return y >= top && y <= bottom;
};
