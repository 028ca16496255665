/**
 * One part of a section saves itself as one types, and loses nothing: what the server does not have yet is kept on this
 * device, and goes there as soon as it can.
 *
 * Events: "state" (detail: {state, sentence}), "conflict" (detail: what the server said), "settled" and "replaced"
 * (detail: {html}): the words that stand now are others than those in the editor.
 */

const PAUSE = 1200; // after the last key
const LONGEST = 8000; // while somebody types on and on
const FIRST_RETRY = 4000;
const LAST_RETRY = 60000;
const KEEPALIVE = 50000; // a request that outlives its page may not be larger

export class Keeper extends EventTarget {
  constructor({ form, drawer, says }) {
    super();
    this.form = form;
    this.says = says;
    this.drawer = drawer;
    this.revision = Number(form.elements.on_revision.value);
    this.saved = this.current = form.elements.html.value;
    this.state = "clean";
    this.retry = FIRST_RETRY;
    this.others = "BroadcastChannel" in window ? new BroadcastChannel("collegium-desk") : null;
    this.others?.addEventListener("message", ({ data }) => this.#heard(data));
    addEventListener("online", () => this.#again());
    addEventListener("focus", () => this.#again());
    addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.flush() : this.#again()));
    addEventListener("beforeunload", (event) => {
      if (this.isDirty && this.unkept) event.preventDefault();
    });
  }

  get isDirty() {
    return this.current !== this.saved;
  }

  /** What the editor makes of the stored words counts as saved: loading is not writing. */
  baseline(html) {
    this.saved = this.current = html;
  }

  /** Words that an earlier visit left on this device and the server, as far as is known, never got. */
  left() {
    return this.drawer.read();
  }

  forget() {
    this.drawer.forget();
  }

  changed(html) {
    this.current = html;
    if (!this.isDirty) {
      this.forget();
      if (this.state === "dirty") this.#say("clean", "");
      return;
    }
    this.#keep();
    if (this.state === "conflict" || this.state === "saving") return;
    if (this.state === "clean" || this.state === "saved") this.#say("dirty", this.says.writing);
    clearTimeout(this.timer);
    this.since ??= Date.now();
    const left = Math.max(0, LONGEST - (Date.now() - this.since));
    this.timer = setTimeout(() => this.save(), this.state === "dirty" ? Math.min(PAUSE, left) : this.retry);
  }

  flush() {
    if (this.isDirty && this.state !== "conflict" && this.state !== "saving") this.save();
  }

  async save() {
    clearTimeout(this.timer);
    this.since = null;
    if (!this.isDirty || this.state === "saving" || this.state === "conflict") return;
    const html = this.current;
    this.#say("saving", this.says.saving);
    const answer = await this.#post(this.form.action, { html, on_revision: this.revision });
    if (answer.ok) {
      this.#took(answer.data, html);
    } else if (answer.status === 409) {
      this.#say("conflict", this.says.conflict);
      this.dispatchEvent(new CustomEvent("conflict", { detail: answer.data }));
    } else {
      this.#trouble(answer);
      if (this.current !== html && this.state === "refused") this.changed(this.current); // mended while it was on its way
    }
  }

  /** Ends a conflict: "mine", "theirs" or "both". */
  async settle(choice, onRevision) {
    const html = this.current;
    const answer = await this.#post(this.form.dataset.settle, { html, choice, on_revision: onRevision });
    if (answer.ok) {
      this.state = "saving";
      if (choice !== "mine") this.current = answer.data.html;
      this.#took(answer.data, choice === "mine" ? html : answer.data.html);
      this.dispatchEvent(new CustomEvent("settled", { detail: { html: choice === "mine" ? null : answer.data.html } }));
    } else if (answer.status === 409) {
      this.dispatchEvent(new CustomEvent("conflict", { detail: answer.data }));
    } else {
      this.#trouble(answer);
      this.state = "conflict";
    }
    return answer.ok;
  }

  #took(data, html) {
    this.revision = data.revision;
    this.form.elements.on_revision.value = data.revision;
    this.saved = html;
    this.retry = FIRST_RETRY;
    this.others?.postMessage({ part: this.form.dataset.part, revision: data.revision, html });
    this.#say("saved", this.says.saved.replace("%(time)s", data.saved_at));
    if (this.isDirty) this.changed(this.current);
    else this.forget();
  }

  #trouble({ status, sentence }) {
    this.retry = Math.min(this.retry * 2, LAST_RETRY);
    if (status === 401) this.#say("expired", this.says.expired);
    else if (status === 0) this.#say("offline", this.says.offline);
    else if (status === 422 || status === 400 || status === 413) this.#say("refused", sentence || this.says.refused);
    else if (status === 403 || status === 404) this.#say("forbidden", this.says.forbidden);
    else this.#say("trouble", this.says.trouble);
    // What was refused for what it says is tried again when it is changed, all else by and by.
    if (status !== 422 && status !== 403 && status !== 404) this.timer = setTimeout(() => this.save(), this.retry);
  }

  #again() {
    if (["offline", "expired", "trouble"].includes(this.state)) this.save();
  }

  /** Another tab of this browser saved the same part: if nothing is being written here, this tab follows it. */
  #heard({ part, revision, html }) {
    if (part !== this.form.dataset.part || revision <= this.revision || this.isDirty) return;
    this.revision = revision;
    this.form.elements.on_revision.value = revision;
    this.saved = this.current = html;
    this.dispatchEvent(new CustomEvent("replaced", { detail: { html } }));
    this.#say("saved", this.says.followed);
  }

  async #keep() {
    this.unkept = !(await this.drawer.keep({ html: this.current, revision: this.revision, at: Date.now() }));
  }

  async #post(address, fields) {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    try {
      const response = await fetch(address, {
        method: "POST",
        body,
        redirect: "manual", // to the log-in page: the session is over
        headers: { Accept: "application/json", "X-CSRFToken": this.#token() },
        keepalive: (fields.html?.length ?? 0) < KEEPALIVE,
      });
      if (response.type === "opaqueredirect") return { ok: false, status: 401 };
      const isJson = response.headers.get("Content-Type")?.includes("json");
      const data = isJson ? await response.json() : {};
      return { ok: response.ok && isJson, status: response.status, data, sentence: data.sentence };
    } catch {
      return { ok: false, status: 0 };
    }
  }

  /** Read anew each time: signing in again in another tab changes it. */
  #token() {
    const cookie = document.cookie.split("; ").find((each) => /csrftoken=/.test(each));
    return cookie ? cookie.split("=").slice(1).join("=") : this.form.elements.csrfmiddlewaretoken.value;
  }

  #say(state, sentence) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, sentence } }));
  }
}
