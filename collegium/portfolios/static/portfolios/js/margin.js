/** Reading a draft: a passage is selected and commented on; each comment stands beside its passage. Without this, a list. */

import { anchorOf, find, rangeOf, textOf } from "./passages.js";

const form = document.querySelector("[data-comment-form]");
const notes = document.querySelector("[data-notes]");
const margin = document.querySelector(".margin");
const roots = [...document.querySelectorAll("[data-commentable] [data-component]")];
const wide = matchMedia("(min-width: 70rem)");

if (form) {
  const hint = form.querySelector("[data-comment-hint]");
  const chosen = form.querySelector("[data-comment-chosen]");
  const paragraph = form.elements.paragraph;
  const button = document.querySelector("[data-comment-button]").content.firstElementChild.cloneNode(true);
  let pending = null; // what is selected at this moment
  const fold = form.closest("[data-comment-details]");
  hint.hidden = false;
  // With a script the words come first: the form opens for a passage, or when it is asked for.
  fold.open = Boolean(form.querySelector(".error-summary") || form.elements.words.value || form.contains(document.activeElement));
  if (form.elements.exact.value) show(form.elements.exact.value);

  document.addEventListener("selectionchange", () => {
    const range = selected();
    if (!range) return hide();
    const box = range.getBoundingClientRect();
    document.body.append(button);
    button.style.insetBlockStart = `${box.bottom + scrollY + 6}px`;
    button.style.insetInlineStart = `${Math.max(8, Math.min(box.left + scrollX, innerWidth - 140))}px`;
    return undefined;
  });
  button.addEventListener("mousedown", (event) => event.preventDefault()); // or the selection would go
  button.addEventListener("click", take);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.altKey && event.code === "KeyM") {
      event.preventDefault();
      take();
    }
  });
  form.querySelector("[data-comment-clear]").addEventListener("click", () => {
    for (const name of ["component", "exact", "before", "after", "start"]) form.elements[name].value = "";
    chosen.hidden = true;
    form.querySelector("[data-comment-paragraph]").hidden = false;
    mark("passage-now", []);
    paragraph.focus();
  });
  paragraph.addEventListener("change", () => {
    const [component, number] = paragraph.value.split(":");
    const root = roots.find((each) => each.dataset.component === component);
    const label = paragraph.selectedOptions[0]?.textContent.replace(/…$/, "").trim();
    if (!root || number === undefined) return mark("passage-now", []);
    const text = textOf(root);
    const at = text.words.indexOf(label);
    if (at < 0) return undefined;
    const range = rangeOf(text, at, at + label.length);
    mark("passage-now", [range]);
    range.startContainer.parentElement.scrollIntoView({ block: "nearest" });
    return undefined;
  });

  /** Where there is a passage to comment on, its range; what it is stands in ``pending`` then. */
  function selected() {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    const root = roots.find((each) => each.contains(range.startContainer) || each.contains(range.endContainer));
    const anchor = root && anchorOf(root, range);
    if (!anchor) return null;
    pending = { ...anchor, component: root.dataset.component };
    return range;
  }

  function hide() {
    pending = null;
    button.remove();
  }

  function take() {
    fold.open = true;
    selected(); // a browser speaks of a selection a moment after it is made; who is quick with the keys is quicker
    if (pending) {
      const { component, exact, prefix, suffix, start } = pending;
      const fields = { component, exact, before: prefix, after: suffix, start };
      for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
      show(pending.exact);
      const root = roots.find((each) => each.dataset.component === pending.component);
      const text = textOf(root);
      const place = find(text, pending);
      if (place) mark("passage-now", [rangeOf(text, ...place)]);
      hide();
    }
    form.elements.words.focus();
  }

  function show(words) {
    chosen.hidden = false;
    chosen.querySelector("q").textContent = words;
    form.querySelector("[data-comment-paragraph]").hidden = true;
  }
}

/** A highlight of the browser's own, which leaves the words as they are. */
function mark(name, ranges) {
  if (!globalThis.Highlight) return;
  CSS.highlights.set(name, new Highlight(...ranges));
}

// A passage and its comment lead to each other --------------------------------------------------------------------------

const passagesOf = (id) => document.querySelectorAll(`.passage[data-comment~="${id}"]`);

function point(id) {
  for (const each of document.querySelectorAll(".passage--now, .note--now")) each.classList.remove("passage--now", "note--now");
  for (const each of passagesOf(id)) each.classList.add("passage--now");
  const note = document.getElementById(`comment-${id}`);
  note?.classList.add("note--now");
  lay(id);
  return note;
}

document.addEventListener("click", (event) => {
  const goto = event.target.closest?.("[data-goto]");
  if (goto) {
    event.preventDefault();
    point(goto.dataset.goto);
    passagesOf(goto.dataset.goto)[0]?.scrollIntoView({ block: "center", behavior: "smooth" });
    return;
  }
  const passage = event.target.closest?.(".passage");
  if (passage && getSelection().isCollapsed) {
    const note = point(passage.dataset.comment.split(" ").at(-1));
    note?.scrollIntoView({ block: "nearest" });
    note?.focus({ preventScroll: true });
  }
});

/** Beside its passage, or as near as the notes above leave room; the one that is looked at comes first. */
function lay(first) {
  if (!notes || !margin) return;
  const isBeside = wide.matches && margin.getBoundingClientRect().left > (roots[0]?.getBoundingClientRect().right ?? Infinity) - 1;
  margin.classList.toggle("margin--beside", isBeside);
  const all = [...notes.querySelectorAll(":scope > .note")];
  if (!isBeside) {
    notes.style.minBlockSize = "";
    for (const each of all) each.style.insetBlockStart = "";
    return;
  }
  const top = notes.getBoundingClientRect().top;
  const wanted = all.map((each) => {
    const passage = passagesOf(each.dataset.note)[0];
    return Math.max(0, passage ? passage.getBoundingClientRect().top - top : Infinity);
  });
  const tops = all.map(() => 0);
  let room = 0;
  all.forEach((each, index) => {
    tops[index] = Number.isFinite(wanted[index]) ? Math.max(room, wanted[index]) : room;
    room = tops[index] + each.offsetHeight + 12;
  });
  const chosen = all.findIndex((each) => each.dataset.note === String(first));
  if (chosen >= 0 && Number.isFinite(wanted[chosen])) {
    tops[chosen] = wanted[chosen];
    for (let index = chosen - 1; index >= 0; index -= 1) tops[index] = Math.min(tops[index], tops[index + 1] - all[index].offsetHeight - 12);
    if (tops[0] < 0) {
      const shift = -tops[0];
      for (let index = 0; index <= chosen; index += 1) tops[index] += shift;
    }
    for (let index = chosen + 1; index < all.length; index += 1) tops[index] = Math.max(Number.isFinite(wanted[index]) ? wanted[index] : 0, tops[index - 1] + all[index - 1].offsetHeight + 12);
  }
  all.forEach((each, index) => (each.style.insetBlockStart = `${tops[index]}px`));
  notes.style.minBlockSize = `${Math.max(0, ...all.map((each, index) => tops[index] + each.offsetHeight))}px`;
}

lay();
addEventListener("resize", () => lay());
addEventListener("load", () => lay());
document.fonts.ready.then(() => lay());
document.addEventListener("toggle", () => lay(), true);
const asked = location.hash.match(/^#comment-(\d+)$/);
if (asked) point(asked[1])?.focus({ preventScroll: false });
