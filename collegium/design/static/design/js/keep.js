/** Nothing typed is lost by a slip: a form that was changed and not sent asks before its page is left. */

const guarded = "form[data-guard]";
const changed = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest?.(guarded);
  if (form) changed.add(form);
});

document.addEventListener("submit", (event) => changed.delete(event.target));
// A form that saves itself says so, and is then clean.
document.addEventListener("saved", (event) => changed.delete(event.target.closest?.(guarded)));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) changed.delete(event.detail.elt.closest?.(guarded));
});

window.addEventListener("beforeunload", (event) => {
  for (const form of changed) {
    if (!form.isConnected) continue;
    event.preventDefault();
    return;
  }
});
