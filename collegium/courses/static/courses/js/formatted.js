/**
 * A plain field shows the words of what it begins with; the editor that comes over it takes the formatting too. Runs before
 * the editor, and leaves alone what somebody has begun to change.
 */
for (const area of document.querySelectorAll("textarea[data-html]")) {
  if (area.value === area.defaultValue) area.value = area.dataset.html;
}
