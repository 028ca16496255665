/** Writing a post: the editor over its plain field, the draft that saves itself, names after an @, replying in place. */

import { asWritten, askLink, focusOn, plainTools, takePlaceOf, toolbar } from "../../design/js/editor.js";
import { Draft } from "./draft.js";
import { Names } from "./names.js";
import { Pictures, pictureNode } from "./pictures.js";

for (const form of document.querySelectorAll("form[data-write]")) start(form);

async function start(form) {
  const says = JSON.parse(form.querySelector("[data-says]").textContent);
  const source = form.elements[form.dataset.write || "html"]; // rooms above write other fields with it
  const { title } = form.elements;
  const draft = form.dataset.draft ? new Draft(form, says) : null;
  let left = draft?.left();
  let tiptap;
  try {
    tiptap = await import(form.dataset.editor);
  } catch {
    // The plain field works without the editor; what is written there is kept just the same.
    if (left && source.value === source.defaultValue) source.value = left.html;
    source.addEventListener("input", () => draft?.changed());
    return;
  }
  // Who began to write before the editor had come goes on with that: what was left stays where it is kept until then.
  const hasBegun = source.value !== source.defaultValue;
  const begun = asWritten(source.value);
  if (hasBegun && left) left = { ...left, html: left.html + begun };
  const editor = mount(tiptap, form, source, says, left?.html ?? begun, () => draft?.changed());
  if (left) {
    if (title && left.title && title.value === title.defaultValue) title.value = left.title;
    source.value = wordsOf(editor);
    draft.say("kept", says.left);
    draft.changed();
  } else if (hasBegun) {
    source.value = wordsOf(editor);
    draft?.changed();
  }
  title?.addEventListener("input", () => draft?.changed());
  if (form.dataset.names) new Names(form, editor);
  form.addEventListener("submit", () => {
    source.value = wordsOf(editor);
    draft?.sent();
  });
  replyInPlace(form, editor);
}

function mount(tiptap, form, source, says, words, changed) {
  const { extensions: named } = JSON.parse(source.getAttribute("data-django-prose-editor-collegium"));
  const extensions = Object.entries(named)
    .map(([name, options]) => (tiptap[name] && typeof options === "object" ? tiptap[name].configure(options) : tiptap[name]))
    .filter(Boolean);
  const pictures = new Pictures(form, says);
  const host = document.createElement("div");
  const describedBy = source.getAttribute("aria-describedby");
  const editor = new tiptap.Editor({
    element: host,
    content: words,
    injectCSS: false, // it would be an inline style, which our policy blocks
    extensions: [...extensions, pictureNode(tiptap)],
    editorProps: {
      handlePaste: (_view, event) => pictures.take(event.clipboardData),
      handleDrop: (_view, event, _slice, moved) => !moved && pictures.take(event.dataTransfer),
      attributes: {
        class: "prose write__words",
        role: "textbox",
        "aria-multiline": "true",
        "aria-labelledby": "words-label",
        ...(describedBy ? { "aria-describedby": describedBy } : {}),
      },
    },
    onUpdate: () => {
      source.value = wordsOf(editor);
      changed();
    },
  });
  pictures.serve(editor);
  source.labels[0]?.addEventListener("click", () => focusOn(editor));
  form.querySelector("[data-paper]").append(tools(editor, form, says, pictures), host);
  takePlaceOf(source, editor);
  return editor;
}

function wordsOf(editor) {
  return editor.isEmpty ? "" : editor.getHTML().replace(/(<p>(<br>)?<\/p>)+$/, "");
}

function tools(editor, form, says, pictures) {
  const icons = form.querySelector("template[data-icons]").content;
  const { bold, italic, bullets, numbers, quote, undo, redo } = plainTools(editor, says);
  const link = { icon: "link", title: says.link, run: () => askLink(editor, { title: says.link, question: says.link_address }), isActive: () => editor.isActive("link") };
  const picture = pictures.isPossible ? [{ icon: "image", title: says.picture, run: () => pictures.ask() }] : [];
  return toolbar(editor, {
    label: says.tools,
    icon: (name) => icons.querySelector(`[data-icon="${name}"] svg`).cloneNode(true),
    groups: [{ tools: [bold, italic] }, { tools: [bullets, numbers, quote, link, ...picture] }, { tools: [undo, redo] }],
  });
}

/** "Reply" under a post goes to the form of this page; without us it is a link that does the same. */
function replyInPlace(form, editor) {
  const quote = form.querySelector("[data-quote]");
  if (!quote) return;
  const remove = quote.querySelector("[data-unquote]");
  remove.hidden = false;
  remove.addEventListener("click", () => {
    form.elements.reply_to.value = "";
    quote.hidden = true;
    focusOn(editor);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-reply]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    form.elements.reply_to.value = link.dataset.reply;
    const words = document.querySelector(`#post-${link.dataset.reply} .post__words`)?.textContent.replace(/\s+/g, " ").trim() ?? "";
    const place = quote.querySelector("[data-quote-words]");
    const name = document.createElement("strong");
    name.textContent = link.dataset.replyName;
    place.replaceChildren(name, `: ${words.length > 200 ? `${words.slice(0, 199)}…` : words}`);
    quote.hidden = false;
    form.closest("section")?.scrollIntoView({ block: "start" });
    focusOn(editor, "end");
  });
}
