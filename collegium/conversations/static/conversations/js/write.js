/** Writing a post: the editor over its plain field, the draft that saves itself, names after an @, replying in place. */

import { Draft } from "./draft.js";
import { Names } from "./names.js";
import { Pictures, pictureNode } from "./pictures.js";

for (const form of document.querySelectorAll("form[data-write]")) start(form);

async function start(form) {
  const says = JSON.parse(form.querySelector("[data-says]").textContent);
  const source = form.elements[form.dataset.write || "html"]; // rooms above write other fields with it
  const draft = form.dataset.draft ? new Draft(form, says) : null;
  const left = draft?.left();
  let tiptap;
  try {
    tiptap = await import(form.dataset.editor);
  } catch {
    // The plain field works without the editor; what is written there is kept just the same.
    if (left) source.value = left.html;
    source.addEventListener("input", () => draft?.changed());
    return;
  }
  const editor = mount(tiptap, form, source, says, left?.html ?? source.value, () => draft?.changed());
  if (left) {
    if (form.elements.title && left.title) form.elements.title.value = left.title;
    source.value = wordsOf(editor);
    draft.say("kept", says.left);
    draft.changed();
  }
  form.elements.title?.addEventListener("input", () => draft?.changed());
  if (form.dataset.names) new Names(form, editor);
  form.addEventListener("submit", () => {
    source.value = wordsOf(editor);
    draft?.sent();
  });
  replyInPlace(form, editor, says);
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
  const wasWriting = document.activeElement === source; // somebody began before the editor had come
  pictures.serve(editor);
  source.hidden = true;
  source.labels[0]?.addEventListener("click", () => editor.commands.focus());
  const paper = form.querySelector("[data-paper]");
  paper.append(toolbar(editor, form, says, pictures), host);
  if (wasWriting) editor.commands.focus("end");
  return editor;
}

function wordsOf(editor) {
  return editor.isEmpty ? "" : editor.getHTML().replace(/(<p>(<br>)?<\/p>)+$/, "");
}

/** One stop for the Tab key, arrows within (WAI-ARIA toolbar). */
function toolbar(editor, form, says, pictures) {
  const icons = form.querySelector("template[data-icons]").content;
  const row = document.createElement("div");
  row.className = "tools";
  row.setAttribute("role", "toolbar");
  row.setAttribute("aria-label", says.tools);
  const chain = () => editor.chain().focus();
  const groups = [
    [
      ["bold", says.bold, () => chain().toggleBold().run(), () => editor.isActive("bold")],
      ["italic", says.italic, () => chain().toggleItalic().run(), () => editor.isActive("italic")],
    ],
    [
      ["list", says.bullets, () => chain().toggleBulletList().run(), () => editor.isActive("bulletList")],
      ["list-ordered", says.numbers, () => chain().toggleOrderedList().run(), () => editor.isActive("orderedList")],
      ["quote", says.quote, () => chain().toggleBlockquote().run(), () => editor.isActive("blockquote")],
      ["link", says.link, () => askLink(editor, says), () => editor.isActive("link")],
      ...(pictures.isPossible ? [["image", says.picture, () => pictures.ask()]] : []),
    ],
    [
      ["undo-2", says.undo, () => chain().undo().run(), null, () => editor.can().undo()],
      ["redo-2", says.redo, () => chain().redo().run(), null, () => editor.can().redo()],
    ],
  ];
  const tools = [];
  for (const group of groups) {
    const holder = document.createElement("span");
    holder.className = "tools__group";
    for (const [icon, title, run, isActive, isPossible] of group) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "tool";
      button.title = title;
      button.setAttribute("aria-label", title);
      button.append(icons.querySelector(`[data-icon="${icon}"] svg`).cloneNode(true));
      button.tabIndex = tools.length ? -1 : 0;
      button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays in the words
      button.addEventListener("click", run);
      tools.push({ button, isActive, isPossible });
      holder.append(button);
    }
    row.append(holder);
  }
  row.addEventListener("keydown", (event) => {
    const buttons = tools.map((each) => each.button);
    const at = buttons.indexOf(document.activeElement);
    const turn = document.dir === "rtl" ? -1 : 1;
    const to = { ArrowRight: at + turn, ArrowLeft: at - turn, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = buttons[(to + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  });
  const show = () => {
    for (const { button, isActive, isPossible } of tools) {
      if (isActive) button.setAttribute("aria-pressed", String(isActive()));
      if (isPossible) button.setAttribute("aria-disabled", String(!isPossible()));
    }
  };
  editor.on("transaction", show);
  show();
  return row;
}

function askLink(editor, says) {
  const dialog = document.createElement("dialog");
  dialog.className = "link-dialog";
  dialog.setAttribute("aria-label", says.link);
  const form = document.createElement("form");
  form.method = "dialog";
  const label = document.createElement("label");
  label.className = "field__label";
  label.textContent = says.link_address;
  const input = document.createElement("input");
  input.type = "url";
  input.placeholder = "https://";
  input.value = editor.getAttributes("link").href ?? "";
  label.append(input);
  const button = document.createElement("button");
  button.className = "button button--primary";
  button.textContent = says.link;
  form.noValidate = true;
  form.append(label, button);
  dialog.append(form);
  form.addEventListener("submit", () => {
    const typed = input.value.trim();
    const chain = editor.chain().focus().extendMarkRange("link");
    if (!typed) chain.unsetLink().run();
    else {
      const href = /^[a-z][a-z0-9+.-]*:|^[/#]/i.test(typed) ? typed : `https://${typed}`;
      if (editor.state.selection.empty && !editor.isActive("link")) {
        chain.insertContent({ type: "text", text: typed, marks: [{ type: "link", attrs: { href } }] }).run();
      } else chain.setLink({ href }).run();
    }
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** "Reply" under a post goes to the form of this page; without us it is a link that does the same. */
function replyInPlace(form, editor, says) {
  const quote = form.querySelector("[data-quote]");
  if (!quote) return;
  const remove = quote.querySelector("[data-unquote]");
  remove.hidden = false;
  remove.addEventListener("click", () => {
    form.elements.reply_to.value = "";
    quote.hidden = true;
    editor.commands.focus();
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
    editor.commands.focus("end");
  });
}
