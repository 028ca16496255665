// Looks for news every half minute, and not while nobody sees the page: htmx asks, and gets 204 when nothing is new.
const EVERY = 30_000;
let asked = Date.now();

function look() {
  const bell = document.querySelector("[data-bell]");
  if (!bell || document.hidden || !window.htmx) return;
  asked = Date.now();
  window.htmx.trigger(bell, "look");
}

setInterval(look, EVERY);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() - asked >= EVERY) look();
});
