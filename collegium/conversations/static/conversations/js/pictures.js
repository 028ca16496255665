/** A picture in the words: chosen, pasted or dropped, told in words for those who cannot see it, kept as a file of the draft. */

import { focusOn } from "../../design/js/editor.js";

/** As it stands in the words: one thing, moved and removed whole. */
export function pictureNode({ Node }) {
  const plain = (name) => ({
    default: null,
    parseHTML: (element) => element.getAttribute(name),
    renderHTML: (attributes) => (attributes[name] ? { [name]: attributes[name] } : {}),
  });
  return Node.create({
    name: "picture",
    group: "block",
    atom: true,
    draggable: true,
    addAttributes: () => ({ src: plain("src"), alt: plain("alt") }),
    parseHTML: () => [{ tag: 'img[src^="/conversations/files/"]' }],
    renderHTML: ({ HTMLAttributes }) => ["img", HTMLAttributes],
  });
}

export class Pictures {
  #editor = null;
  #dialog = null;

  constructor(form, says) {
    this.form = form;
    this.says = says;
    this.#dialog = form.dataset.attach ? form.parentElement.querySelector("dialog[data-picture]") : null;
  }

  get isPossible() {
    return this.#dialog !== null;
  }

  serve(editor) {
    this.#editor = editor;
    if (!this.isPossible) return;
    this.#dialog.querySelector("[data-close]").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => focusOn(editor));
    this.#dialog.querySelector("form").addEventListener("submit", (event) => this.#put(event));
  }

  /** What was pasted or dropped: true if it is a picture, which is asked about. */
  take(data) {
    const file = [...(data?.files ?? [])].find((each) => each.type.startsWith("image/"));
    if (!file || !this.isPossible) return false;
    this.ask(file);
    return true;
  }

  ask(file = null) {
    const asked = this.#dialog.querySelector("form");
    asked.reset();
    this.#say("");
    if (file) {
      const files = new DataTransfer();
      files.items.add(file);
      asked.elements.upload.files = files.files;
    }
    this.#dialog.showModal();
    if (file) asked.elements.alt_text.focus();
  }

  async #put(event) {
    event.preventDefault();
    const button = event.submitter;
    button.disabled = true;
    this.#say("");
    try {
      const picture = await this.#bring(event.target);
      this.#dialog.close();
      focusOn(this.#editor);
      this.#editor.chain().insertContent({ type: "picture", attrs: picture }).run();
    } catch (fault) {
      this.#say(fault instanceof TypeError ? this.says.picture_offline : fault.message);
    } finally {
      button.disabled = false;
    }
  }

  #say(sentence) {
    const place = this.#dialog.querySelector("[data-trouble]");
    place.replaceChildren();
    if (!sentence) return;
    const line = document.createElement("p");
    line.textContent = sentence;
    place.append(line);
  }

  async #bring(asked) {
    const body = new FormData(asked);
    body.set("csrfmiddlewaretoken", this.form.querySelector("[name=csrfmiddlewaretoken]").value);
    const response = await fetch(this.form.dataset.attach, {
      method: "POST",
      body,
      redirect: "manual",
      headers: { Accept: "application/json" },
    });
    if (response.type === "opaqueredirect") throw new Error(this.says.expired);
    const data = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
    if (!response.ok) throw new Error(data.sentence || this.says.picture_trouble);
    return { src: data.address, alt: data.alt };
  }
}
