// Hides what this browser cannot do, and says in words when a passkey was not used.
if (!window.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = true;
}

const trouble = document.querySelector("[data-passkey-trouble]");
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  if (!trouble) return;
  // allauth fetches the challenge first: what fails there is the network's doing, not the key's.
  const isRefusal = event.detail?.exception instanceof DOMException;
  trouble.textContent = isRefusal ? trouble.dataset.refused : trouble.dataset.unreachable;
  trouble.hidden = false;
});
