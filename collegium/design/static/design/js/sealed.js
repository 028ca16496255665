/**
 * Words kept on this device until they are sent, sealed for the one who wrote them.
 *
 * A browser may be shared: whoever sits down next must not read what the last one left unsent, and yet nobody may lose
 * it. So it is neither thrown away when somebody signs out, nor asked about: it is encrypted under a key that only the
 * writer's own pages are given (Person.device_key), waits unreadable, and is there again when the writer signs in.
 * Where the browser cannot encrypt (a page without HTTPS) nothing is kept, and `keep` says so.
 */

const place = (name) => `collegium:${name}`;
const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (each) => String.fromCharCode(each)).join(""));

// A page that the browser had put aside whole is asked for anew: by now somebody else may be signed in, or nobody.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

export class Drawer {
  #name;
  #key;
  #turn = 0;
  #done = 0; // the last turn that stands in the store: one that comes late does not undo it

  constructor(name, key) {
    this.#name = place(name);
    this.#key = globalThis.crypto?.subtle
      ? crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"])
      : null;
  }

  /** What was kept, or null where nothing was, or it cannot be read with this key. */
  async read() {
    try {
      const { nonce, sealed } = JSON.parse(localStorage.getItem(this.#name));
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(nonce) }, await this.#key, bytes(sealed));
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      return null; // no storage, nothing in it, or not ours
    }
  }

  /** Whether it could be kept. */
  async keep(value) {
    if (!this.#key) return false;
    this.#turn += 1;
    const turn = this.#turn;
    try {
      const nonce = crypto.getRandomValues(new Uint8Array(12));
      const plain = new TextEncoder().encode(JSON.stringify(value));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await this.#key, plain);
      if (turn > this.#done) {
        localStorage.setItem(this.#name, JSON.stringify({ nonce: text(nonce), sealed: text(sealed) }));
        this.#done = turn;
      }
      return true;
    } catch {
      return false; // no room, or not allowed
    }
  }

  forget() {
    this.#turn += 1;
    this.#done = this.#turn;
    try {
      localStorage.removeItem(this.#name);
    } catch {
      // Then nothing was kept.
    }
  }
}
