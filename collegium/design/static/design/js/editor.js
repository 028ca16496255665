/** What every editor of words does alike: how it takes the place of its plain field, and its row of tools. */

/** Who was quicker than the editor has typed plain lines: they stay lines. */
export function asWritten(typed) {
  if (/<\/?[a-z]/i.test(typed)) return typed;
  const escaped = (words) => new Option(words).innerHTML;
  const blocks = typed.trim().split(/\n\s*\n/).filter(Boolean);
  if (blocks.length && /[^\S\n]$/.test(typed)) blocks.push(`${blocks.pop()}\u00a0`); // the next word is about to come
  return blocks.map((block) => `<p>${block.split("\n").map(escaped).join("<br>")}</p>`).join("");
}

/**
 * Gives the editor the focus at once, its caret where it was, at the "end", or over "all". Its own command does so a frame
 * later: a key that is struck before that is lost, and a field that was gone to meanwhile loses the focus again.
 */
export function focusOn(editor, place = null) {
  if (place === "all") editor.commands.selectAll();
  if (place === "end") editor.commands.setTextSelection(editor.state.doc.content.size);
  editor.view.focus();
  if (place !== null) editor.commands.scrollIntoView();
}

/** To be called once `host` stands in the page: the editor goes on where somebody was writing in the plain field. */
export function takePlaceOf(source, editor) {
  const wasWriting = document.activeElement === source;
  const isAll = wasWriting && source.value !== "" && source.selectionStart === 0 && source.selectionEnd === source.value.length;
  if (wasWriting) focusOn(editor, isAll ? "all" : "end");
  source.hidden = true;
}

/**
 * A row of tools over an editor: one stop for the Tab key, arrows within (WAI-ARIA toolbar).
 *
 * `groups` are {tools, className, isShown} with tools {icon or face, title, run, isActive, isPossible}; `icon(name)` draws
 * one; `before` is done before any tool.
 */
export function toolbar(editor, { label, icon, groups, before = () => {} }) {
  const row = document.createElement("div");
  row.className = "tools";
  row.setAttribute("role", "toolbar");
  row.setAttribute("aria-label", label);
  const within = document.createElement("div");
  within.className = "tools__row";
  row.append(within);

  const all = [];
  const holders = groups.map(({ tools, className, isShown }) => {
    const holder = document.createElement("span");
    holder.className = className ? `tools__group ${className}` : "tools__group";
    for (const tool of tools) {
      const button = drawn(tool, icon);
      button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays in the words
      button.addEventListener("click", () => {
        before();
        tool.run();
      });
      all.push({ ...tool, button });
      holder.append(button);
    }
    within.append(holder);
    return { holder, isShown };
  });
  const stops = () => all.map(({ button }) => button).filter((button) => button.checkVisibility());

  row.addEventListener("keydown", (event) => {
    const buttons = stops();
    const at = buttons.indexOf(document.activeElement);
    const turn = document.dir === "rtl" ? -1 : 1;
    const to = { ArrowRight: at + turn, ArrowLeft: at - turn, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = buttons[(to + buttons.length) % buttons.length];
    for (const { button } of all) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  });

  function show() {
    for (const { button, isActive, isPossible } of all) {
      if (isActive) button.setAttribute("aria-pressed", String(isActive()));
      if (isPossible) button.setAttribute("aria-disabled", String(!isPossible()));
    }
    for (const { holder, isShown } of holders) if (isShown) holder.hidden = !isShown();
    const buttons = stops();
    if (buttons.some((button) => button.tabIndex === 0)) return;
    for (const { button } of all) button.tabIndex = -1;
    (buttons[0] ?? all[0].button).tabIndex = 0;
  }
  editor.on("transaction", show);
  show();
  return row;
}

function drawn({ icon: name, face, title }, icon) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tool";
  button.title = title;
  button.setAttribute("aria-label", title);
  if (name) button.append(icon(name));
  else button.textContent = face ?? title;
  button.tabIndex = -1;
  return button;
}

/** Bold, italic, lists, quotation: what every editor has, named by `says`. */
export function plainTools(editor, says) {
  const chain = () => {
    focusOn(editor);
    return editor.chain();
  };
  return {
    heading: { icon: "heading-2", title: says.heading, run: () => chain().toggleHeading({ level: 2 }).run(), isActive: () => editor.isActive("heading", { level: 2 }) },
    subheading: { icon: "heading-3", title: says.subheading, run: () => chain().toggleHeading({ level: 3 }).run(), isActive: () => editor.isActive("heading", { level: 3 }) },
    bold: { icon: "bold", title: says.bold, run: () => chain().toggleBold().run(), isActive: () => editor.isActive("bold") },
    italic: { icon: "italic", title: says.italic, run: () => chain().toggleItalic().run(), isActive: () => editor.isActive("italic") },
    bullets: { icon: "list", title: says.bullets, run: () => chain().toggleBulletList().run(), isActive: () => editor.isActive("bulletList") },
    numbers: { icon: "list-ordered", title: says.numbers, run: () => chain().toggleOrderedList().run(), isActive: () => editor.isActive("orderedList") },
    quote: { icon: "quote", title: says.quote, run: () => chain().toggleBlockquote().run(), isActive: () => editor.isActive("blockquote") },
    undo: { icon: "undo-2", title: says.undo, run: () => chain().undo().run(), isPossible: () => editor.can().undo() },
    redo: { icon: "redo-2", title: says.redo, run: () => chain().redo().run(), isPossible: () => editor.can().redo() },
  };
}

/** Where a link leads that was typed without its beginning. */
export function addressOf(typed) {
  return /^[a-z][a-z0-9+.-]*:|^[/#]/i.test(typed) ? typed : `https://${typed}`;
}

/** Asks where a link leads; an empty answer takes the link away. */
export function askLink(editor, { title, question, button: face }) {
  const dialog = document.createElement("dialog");
  dialog.className = "link-dialog";
  dialog.setAttribute("aria-label", title);
  const form = document.createElement("form");
  form.method = "dialog";
  form.noValidate = true;
  const label = document.createElement("label");
  label.className = "field__label";
  label.textContent = question;
  const input = document.createElement("input");
  input.type = "url";
  input.placeholder = "https://";
  input.value = editor.getAttributes("link").href ?? "";
  label.append(input);
  const button = document.createElement("button");
  button.className = "button button--primary";
  button.textContent = face ?? title;
  form.append(label, button);
  dialog.append(form);
  let typed = null;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    typed = input.value.trim();
    dialog.close();
    focusOn(editor);
    const chain = editor.chain().extendMarkRange("link");
    if (!typed) chain.unsetLink().run();
    else if (editor.state.selection.empty && !editor.isActive("link")) {
      editor.chain().insertContent({ type: "text", text: typed, marks: [{ type: "link", attrs: { href: addressOf(typed) } }] }).run();
    } else chain.setLink({ href: addressOf(typed) }).run();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (typed === null) focusOn(editor);
  });
  document.body.append(dialog);
  dialog.showModal();
}
