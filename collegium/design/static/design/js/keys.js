/** Single keys: `/` search, `c` capture, `?` this list. They rest while somebody types, and can be turned off (WCAG 2.1.4). */

const typing = (element) =>
  element.isContentEditable || element.closest("input, textarea, select, [contenteditable], [role=textbox]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.documentElement.dataset.shortcuts === "off" || typing(event.target)) return;
  if (event.key === "?") {
    document.getElementById("keys-help")?.togglePopover?.();
    event.preventDefault();
    return;
  }
  for (const target of document.querySelectorAll("[data-key]")) {
    if (target.dataset.key !== event.key) continue;
    event.preventDefault();
    if (!target.matches("input")) target.click();
    else if (target.checkVisibility()) target.focus();
    else location.assign(target.form.action);
    return;
  }
});
