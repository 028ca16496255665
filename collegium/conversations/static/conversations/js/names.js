/** After an @, the members whose name begins so: a list under the words, chosen by arrow keys and Enter, or by pointing. */

import { focusOn } from "../../design/js/editor.js";

const AFTER_AT = /(?:^|[^\p{L}\p{N}@/.+-])@([\p{L}\p{N}][\p{L}\p{N}'’.\- ]{0,40})$/u;
const PAUSE = 200;

export class Names {
  #timer = 0;
  #asked = "";

  constructor(form, editor) {
    this.editor = editor;
    this.place = form.querySelector("[data-names-list]");
    this.address = form.dataset.names;
    this.box = editor.view.dom;
    this.box.setAttribute("aria-autocomplete", "list");
    editor.on("update", () => this.#look());
    editor.on("selectionUpdate", () => this.#look());
    editor.on("blur", () => this.#close());
    this.box.addEventListener("keydown", (event) => this.#key(event), true);
    this.place.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the words keep the focus, and the list stays
      const option = event.target.closest("[role=option]");
      if (option) this.#choose(option);
    });
    this.place.addEventListener("htmx:afterSwap", () => this.#show());
  }

  get #options() {
    return [...this.place.querySelectorAll("[role=option]")];
  }

  get #chosen() {
    return this.place.querySelector("[aria-selected=true]");
  }

  #typed() {
    const { $from, empty } = this.editor.state.selection;
    if (!empty || this.editor.isActive("link") || this.editor.isActive("code") || this.editor.isActive("codeBlock")) return null;
    const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 60), $from.parentOffset, "\n", "\ufffc");
    return before.match(AFTER_AT)?.[1] ?? null;
  }

  #look() {
    clearTimeout(this.#timer);
    const typed = this.#typed();
    if (typed === null || typed.split(" ").length > 4) return this.#close();
    if (typed === this.#asked) return undefined;
    this.#asked = "";
    this.#clear(); // what is shown was found for other words
    this.#timer = setTimeout(() => {
      this.#asked = typed;
      window.htmx.ajax("GET", `${this.address}?q=${encodeURIComponent(typed)}`, { target: this.place, swap: "innerHTML" });
    }, PAUSE);
    return undefined;
  }

  #show() {
    // An answer that comes when something else is typed, or the list was closed, is nobody's any more.
    if (!this.#asked || this.#typed() !== this.#asked) return this.#clear();
    this.place.hidden = !this.#options.length;
    this.#point(this.#chosen);
    return undefined;
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asked = "";
    this.#clear();
  }

  #clear() {
    this.place.hidden = true;
    this.place.replaceChildren();
    this.#point(null);
  }

  #point(option) {
    for (const each of this.#options) each.setAttribute("aria-selected", String(each === option));
    if (option) {
      this.box.setAttribute("aria-controls", "names");
      this.box.setAttribute("aria-activedescendant", option.id);
    } else {
      this.box.removeAttribute("aria-controls");
      this.box.removeAttribute("aria-activedescendant");
    }
  }

  #key(event) {
    const options = this.#options;
    if (this.place.hidden || !options.length) return;
    const at = options.indexOf(this.#chosen);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#point(options[(at + step + options.length) % options.length]);
    } else if (event.key === "Enter" || event.key === "Tab") this.#choose(options[Math.max(at, 0)]);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(option) {
    const typed = this.#typed();
    const { from } = this.editor.state.selection;
    focusOn(this.editor);
    this.editor
      .chain()
      .deleteRange({ from: from - (typed ?? "").length - 1, to: from })
      .insertContent([
        { type: "text", text: `@${option.dataset.name}`, marks: [{ type: "link", attrs: { href: option.dataset.href } }] },
        { type: "text", text: " " },
      ])
      .run();
    this.#close();
  }
}
