/** What the frame does better with a script: theme at once, toasts, focus after a fragment, copying, answers that fail. */

document.documentElement.classList.add("js");

/** A sentence at the edge of the page; it stays for `seconds`, or until closed when 0. */
export function toast(text, { seconds = 8 } = {}) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const box = document.createElement("div");
  box.className = "toast";
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button icon-button--small";
  close.setAttribute("aria-label", place.dataset.close);
  close.textContent = "×";
  close.addEventListener("click", () => box.remove());
  box.append(words, close);
  place.append(box);
  if (!seconds) return;
  // Not from under the hand of whoever is about to close it.
  const leave = () => {
    if (box.matches(":hover, :focus-within")) setTimeout(leave, 1000);
    else box.remove();
  };
  setTimeout(leave, seconds * 1000);
}

// A server says it by the header HX-Trigger: {"toast": "Saved"}.
document.addEventListener("toast", (event) => toast(event.detail.value ?? event.detail.text));

// The first thing to read after a form came back: its summary of errors, or a refusal.
const toRead = document.querySelector("[data-focus]:not(.specimen *)");
// Not from under somebody who has begun to type already.
const active = document.activeElement;
if (toRead && (!active || active === document.body || active.autofocus)) toRead.focus();

document.addEventListener("htmx:afterSwap", (event) => {
  event.detail.elt.querySelector?.("[data-focus]")?.focus();
});

// An answer to a part that was drawn anew meanwhile goes where that part stands now.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.target.isConnected && detail.target.id) detail.target = document.getElementById(detail.target.id) ?? detail.target;
});

// What is drawn anew within data-keep-focus keeps the focus that it had, in the same turn: no key is struck in between.
const presses = "a[href], button, input:not([type=hidden]), select, textarea, summary";
const actionOf = (element) => element.getAttribute("href") ?? element.form?.getAttribute("action") ?? null;
const sentBy = (element) => element.form && [...element.form.querySelectorAll("[type=hidden]:not([name=csrfmiddlewaretoken])")].map(({ value }) => value).join();
let held = null;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const at = document.activeElement;
  const within = detail.target.closest("[data-keep-focus]");
  held = within?.contains(at) ? { action: actionOf(at), sent: sentBy(at), within: within.id } : null;
});
document.addEventListener("htmx:afterSwap", () => {
  if (!held) return;
  const { action, sent, within } = held;
  held = null;
  if (document.activeElement && document.activeElement !== document.body) return;
  const all = [...(document.getElementById(within) ?? document).querySelectorAll(presses)].filter((each) => each.checkVisibility());
  const same = all.filter((each) => action !== null && actionOf(each) === action);
  (same.find((each) => sentBy(each) === sent) ?? same[0] ?? (within ? all[0] : null))?.focus({ preventScroll: true });
});

// htmx shows nothing of its own when an answer fails: say so, and that nothing was lost.
const place = document.getElementById("toasts");
document.addEventListener("htmx:sendError", () => toast(place.dataset.offline, { seconds: 0 }));
document.addEventListener("htmx:responseError", () => toast(place.dataset.failed, { seconds: 0 }));
// A form that did not pass, and a refusal, are answers to be shown and not failures.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

for (const copy of document.querySelectorAll("[data-copy]")) {
  const button = copy.querySelector("[data-copy-button]");
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = copy.querySelector("code, [data-copy-text]");
    if (said.localName === "code" || !window.ClipboardItem) await navigator.clipboard.writeText(said.innerText);
    else {
      // What stands in italics does so too where it is put in.
      const both = { "text/plain": said.innerText, "text/html": said.innerHTML };
      const packed = Object.entries(both).map(([type, words]) => [type, new Blob([words], { type })]);
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(packed))]);
    }
    toast(button.dataset.copied);
  });
}

// The theme is chosen by a form that works by itself; with a script it is seen at once.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[name=theme]")) return;
  const theme = event.target.value;
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
});

// A dialog opened by its address (#share) opens without a tap.
if (location.hash.length > 1) {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named?.popover) named.showPopover();
  if (named instanceof HTMLDetailsElement) named.open = true;
}
