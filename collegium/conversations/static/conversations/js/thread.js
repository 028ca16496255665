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
