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
// What is typed while a request is on its way was not sent with it.
const sent = new Set();
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt.closest?.(guarded);
  if (changed.delete(form)) sent.add(form);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.(guarded);
  if (sent.delete(form) && !event.detail.successful) changed.add(form);
});

window.addEventListener("beforeunload", (event) => {
  for (const form of changed) {
    if (!form.isConnected) continue;
    event.preventDefault();
    return;
  }
});
