/**
 * The sheet of an issue: sections and entries are put in order by dragging their grips, or with the arrow keys while a grip
 * has the focus; what became of it is said aloud.
 *
 * Without this module each has buttons that do the same. Whatever is pressed waits for its turn, so that no answer shows the
 * sheet as it was before.
 */

import { Hand, outlive, queue, thingsOf } from "../../design/js/arranging.js";

const place = document.getElementById("sheet");
const says = document.querySelector("[data-says]");

const gripOf = (key) => place.querySelector(`[data-grip="${key}"]`);
const token = () => document.querySelector("[data-sheet-token] [name=csrfmiddlewaretoken]").value;

const take = queue();
let sent = null; // the id of the form whose words are on their way

/** `what` is asked when it is its turn: the address and the values, or nothing to leave the sheet as it is. */
function send(what) {
  take(async () => {
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
  });
}

place.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-change]");
  if (!form) return;
  event.preventDefault();
  const values = new FormData(form, event.submitter);
  const action = form.action;
  send(() => ({ action, values, form: form.id }));
});

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

const hand = new Hand(place, {
  by: "[data-grip]",
  put: ({ key, list, before }) => send(() => {
    const now = gripOf(key);
    const there = place.querySelector(`[data-list="${list}"]`);
    if (!now || !there) return null;
    const rest = thingsOf(there).map((each) => each.dataset.thing).filter((each) => each !== key);
    const next = rest.indexOf(before);
    const values = { do: "move", to: next < 0 ? rest.length : next };
    if (there.dataset.section) values.section = there.dataset.section;
    return { action: now.dataset.move, values };
  }),
});

outlive(place, {
  arrived: () => (place.querySelector("[data-refused]") ? null : sent),
  otherwise: (thing) => thing.querySelector("h2") ?? thing.querySelector("[data-grip]"),
  renewed: () => {
    says.textContent = place.querySelector("[data-said]")?.textContent ?? "";
    hand.renew();
  },
});

place.classList.add("is-live"); // grips are of use with a script alone
