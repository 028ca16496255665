/** What is being written goes to the server as one types; what has not got there is kept on this device. */

const PAUSE = 1500;
const RETRY = 8000;
const KEEPALIVE = 15_000; // letters: a browser lets 64 kB outlive their page

export class Draft {
  #timer = 0;
  #last = null;
  #isSending = false;

  constructor(form, says) {
    this.form = form;
    this.says = says;
    this.key = form.dataset.key;
    this.place = form.querySelector("[data-state]");
    this.#last = this.#now();
    addEventListener("online", () => this.#isBehind && this.save());
    document.addEventListener("visibilitychange", () => document.hidden && this.#isBehind && this.save());
  }

  #now() {
    return JSON.stringify([this.form.elements.title?.value ?? "", this.form.elements.html.value]);
  }

  get #isBehind() {
    return this.#now() !== this.#last;
  }

  /** Words that an earlier visit left here: not those that were posted, nor older ones than the server's. */
  left() {
    const kept = this.#read();
    if (!kept) return null;
    const posted = [...document.querySelectorAll("[data-posted]")].some((post) => post.dataset.posted === kept.sent);
    const newer = kept.at / 1000 > Number(this.form.dataset.saved) + 1;
    if (posted || !newer || kept.html === this.form.elements.html.value) {
      this.#forget();
      return null;
    }
    return kept;
  }

  changed() {
    this.#keep({});
    if (this.place.dataset.state !== "trouble") this.say("", ""); // "saved" is said of all the words, or not at all
    this.#later(PAUSE);
  }

  #later(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), pause);
  }

  /** One after the other: an older one that comes late would undo a newer. */
  async save() {
    clearTimeout(this.#timer);
    const wanted = this.#now();
    if (wanted === this.#last || this.#isSending) return;
    const body = new FormData();
    const { elements } = this.form;
    body.set("csrfmiddlewaretoken", this.form.querySelector("[name=csrfmiddlewaretoken]").value);
    body.set("title", elements.title?.value ?? "");
    body.set("html", elements.html.value);
    body.set("submission_key", elements.submission_key.value);
    this.say("saving", this.says.saving);
    let response;
    this.#isSending = true;
    try {
      // When the page is left, it goes on without the page, if it is small enough for that.
      const keepalive = document.hidden && wanted.length < KEEPALIVE;
      response = await fetch(this.form.dataset.draft, { method: "POST", body, redirect: "manual", keepalive });
    } catch {
      this.say("trouble", this.says.offline);
      this.#later(RETRY);
      return;
    } finally {
      this.#isSending = false;
    }
    if (response.ok) {
      this.#last = wanted;
      if (this.#isBehind) {
        this.say("", "");
        this.#later(PAUSE);
      } else {
        this.#forget();
        this.say("saved", this.says.saved);
      }
    } else if (response.type === "opaqueredirect") this.say("trouble", this.says.expired);
    else this.say("trouble", this.says.refused);
  }

  /** The form is on its way: if it arrives, its key stands on a post of the next page. */
  sent() {
    clearTimeout(this.#timer);
    this.#last = this.#now();
    this.#keep({ sent: this.form.elements.submission_key.value });
  }

  say(state, sentence) {
    this.place.dataset.state = state;
    this.place.textContent = sentence;
  }

  #keep(more) {
    const { elements } = this.form;
    try {
      localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), html: elements.html.value, title: elements.title?.value ?? "", ...more }));
    } catch {
      /* no storage here: the server has it a moment later */
    }
  }

  #read() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  #forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      /* nothing was kept */
    }
  }
}
