/** A thread is opened where its reader left off; whoever follows a link to a post is taken there by the browser. */

const posts = document.querySelector("[data-opens]");

if (posts && !location.hash) {
  const place = posts.dataset.opens === "new" ? document.getElementById("new") : [...posts.querySelectorAll("article")].pop();
  if (place && place.getBoundingClientRect().top > innerHeight * 0.6) place.scrollIntoView({ block: "start" });
}

// What was chosen in a post's menu, or its link of new posts, is done with: it does not stay in the way.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".new-says__link");
  if (link) setTimeout(() => link.remove(), 0);
});

// A post that changed is drawn anew while the page stands open: whoever is in it stays in it.
let held = null;

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const at = document.activeElement;
  if (!detail.target.matches("article.post") || !detail.target.contains(at)) return;
  held = { post: detail.target.id, element: at.id, href: at.getAttribute("href") };
});

document.addEventListener("htmx:oobAfterSwap", () => {
  const post = held && document.getElementById(held.post);
  if (!post || post.contains(document.activeElement)) return;
  const links = [...post.querySelectorAll("a[href]")];
  const same = held.element ? document.getElementById(held.element) : links.find((link) => link.getAttribute("href") === held.href);
  (same ?? post.querySelector(".post__when")).focus({ preventScroll: true });
  held = null;
});
