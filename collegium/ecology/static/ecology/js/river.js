/**
 * A river that is read as one goes: what was scrolled past is marked as read, a few at a time; j and k go from item to item.
 * Without it each item is marked by opening it, from its menu, or by "All read to here".
 */

const river = document.querySelector("[data-river]");
const items = river ? [...river.querySelectorAll("[data-item]")] : [];
const waiting = new Set();
let timer = 0;

/** Sent also when the page is left; what does not arrive stays unread, which loses nothing. */
async function send() {
  clearTimeout(timer);
  timer = 0;
  if (!waiting.size) return;
  const sent = [...waiting];
  waiting.clear();
  const body = new URLSearchParams(sent.map((id) => ["items", id]));
  try {
    const answer = await fetch(river.dataset.read, {
      method: "POST",
      body,
      keepalive: true,
      headers: { "X-CSRFToken": river.dataset.token, "X-Requested-With": "fetch" },
    });
    if (!answer.ok) return;
    for (const id of sent) document.getElementById(`item-${id}`)?.classList.add("item--passed");
  } catch {
    // No network: they stay unread.
  }
}

function passed(item) {
  item.dataset.passed = "yes";
  waiting.add(item.dataset.item);
  if (!timer) timer = setTimeout(send, 1500);
}

if (river?.dataset.read && "IntersectionObserver" in window) {
  let hasScrolled = false;
  addEventListener("scroll", () => (hasScrolled = true), { once: true, passive: true });
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const isAbove = entry.boundingClientRect.bottom <= (entry.rootBounds?.top ?? 0);
      if (entry.isIntersecting) entry.target.dataset.seen = "yes";
      else if (hasScrolled && isAbove && entry.target.dataset.seen && !entry.target.dataset.passed) passed(entry.target);
    }
  });
  for (const item of items) if (item.classList.contains("item--unread")) watch.observe(item);
  addEventListener("pagehide", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
}

// j and k ------------------------------------------------------------------------------------------------------------

const typing = (element) =>
  element.isContentEditable || element.closest("input, textarea, select, [contenteditable], [role=textbox]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.documentElement.dataset.shortcuts === "off" || typing(event.target)) return;
  if (event.key !== "j" && event.key !== "k") return;
  const here = items.findIndex((item) => item.contains(document.activeElement));
  const next = event.key === "j" ? items[here + 1] : items[Math.max(here, 1) - 1];
  if (!next) return;
  event.preventDefault();
  next.scrollIntoView({ block: "start" });
  next.querySelector(".item__title a")?.focus({ preventScroll: true });
});
