/** Comments on the desk: their passages are underlined in the editors, and follow the words as one writes. */

import { find, rangeOf, textOf } from "./passages.js";

let timer = 0;

function passages() {
  const kept = document.querySelector("[data-passages]");
  return kept ? JSON.parse(kept.textContent) : [];
}

function editorOf(component) {
  return document.querySelector(`form[data-component="${component}"] .writing__words`);
}

function ranges() {
  const texts = new Map();
  return passages()
    .map((passage) => {
      const editor = editorOf(passage.component);
      if (!editor) return null;
      if (!texts.has(editor)) texts.set(editor, textOf(editor));
      const text = texts.get(editor);
      const place = find(text, passage);
      return place && { id: String(passage.id), range: rangeOf(text, ...place) };
    })
    .filter(Boolean);
}

export function showPassages() {
  if (!globalThis.Highlight) return;
  const shown = ranges();
  CSS.highlights.set("passages", new Highlight(...shown.map(({ range }) => range)));
  for (const hint of document.querySelectorAll("[data-notes-hint]")) hint.hidden = shown.length === 0;
}

// Another comment that is settled or answered draws all of them anew: what is being typed in a field stays there.
let kept = [];

function keepTyped(event) {
  if (event.detail.target?.id !== "comments-beside") return;
  const { elt, parameters } = event.detail.requestConfig ?? {};
  const sent = elt?.closest("form");
  // What has arrived is done with; what was typed while it was on its way is not.
  const hasArrived = (field) => sent?.contains(field) && field.value === parameters?.[field.name];
  kept = [...event.detail.target.querySelectorAll("textarea[id]")]
    .filter((field) => !hasArrived(field) && (field.value !== field.defaultValue || field === document.activeElement))
    .map((field) => ({ id: field.id, value: field.value, caret: field.selectionStart, focused: field === document.activeElement }));
}

function bringBackTyped(event) {
  if (event.detail.target?.id !== "comments-beside") return;
  for (const { id, value, caret, focused } of kept) {
    const field = document.getElementById(id);
    if (!field) continue;
    field.value = value;
    const fold = field.closest("details");
    if (fold) fold.open = true;
    if (!focused) continue;
    field.focus({ preventScroll: true });
    field.setSelectionRange(caret, caret);
  }
  kept = [];
}

export function watchPassages() {
  document.addEventListener("htmx:beforeSwap", keepTyped);
  document.addEventListener("htmx:afterSwap", bringBackTyped);
  showPassages();
  document.querySelector("[data-desk]").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(showPassages, 400);
  });
  document.addEventListener("htmx:afterSwap", showPassages);
  document.addEventListener("click", (event) => {
    const goto = event.target.closest?.("[data-goto]");
    if (!goto) return;
    const found = ranges().find(({ id }) => id === goto.dataset.goto);
    if (!found) return;
    event.preventDefault();
    if (globalThis.Highlight) CSS.highlights.set("passage-now", new Highlight(found.range));
    found.range.startContainer.parentElement.scrollIntoView({ block: "center" });
    found.range.startContainer.parentElement.closest("[contenteditable]")?.focus({ preventScroll: true });
  });
}
