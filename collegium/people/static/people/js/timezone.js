// Sends along where the clock stands, so that dates come in the reader's own time from the first page on.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll("[data-time-zone]")) field.value ||= zone ?? "";
