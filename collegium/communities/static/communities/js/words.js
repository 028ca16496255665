/**
 * An editor over each textarea[data-words]. Without it, or where it fails to load, the textarea itself is what one writes
 * in. The textarea stays the form's field and is kept up to date with every change.
 */
const { editor: address } = document.currentScript?.dataset ?? document.querySelector("script[data-editor]").dataset;
const areas = [...document.querySelectorAll("textarea[data-words]")];

if (areas.length) {
  import(address).then((tiptap) => areas.forEach((area) => enhance(area, tiptap))).catch(() => {});
}

function enhance(area, tiptap) {
  const names = ["Document", "Paragraph", "Text", "HardBreak", "Bold", "Italic", "Heading", "BulletList", "OrderedList", "ListItem", "Blockquote", "Link", "History"];
  const extensions = names.map((name) => tiptap[name]).filter(Boolean);
  const label = document.querySelector(`label[for="${area.id}"]`);
  const hadFocus = document.activeElement === area;
  const holder = document.createElement("div");
  holder.className = "words-editor";
  const editor = new tiptap.Editor({
    element: holder,
    extensions,
    content: asWritten(area.value),
    injectCSS: false, // it would be an inline style, which our policy blocks
    editorProps: { attributes: { class: "prose words-editor__face", role: "textbox", "aria-multiline": "true", ...(label ? { "aria-labelledby": labelOf(area, label) } : {}), dir: "auto" } },
    onUpdate: ({ editor: changed }) => {
      area.value = changed.isEmpty ? "" : changed.getHTML();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  holder.prepend(tools(editor, area.dataset));
  area.hidden = true;
  area.required = false; // a browser can't show what is missing in a field that it doesn't show: the server says it
  area.after(holder);
  label?.removeAttribute("for"); // it is the label of the editor now, and leads there
  label?.addEventListener("click", () => editor.commands.focus());
  if (hadFocus) editor.commands.focus("end");
}

function labelOf(area, label) {
  label.id ||= `${area.id}-label`;
  return label.id;
}

/** Who was quicker than the editor has typed plain lines: they stay lines. */
function asWritten(typed) {
  if (/<\/?[a-z]/i.test(typed)) return typed;
  const escaped = (words) => new Option(words).innerHTML;
  return typed.trim() ? typed.trim().split(/\n\s*\n/).map((block) => `<p>${block.split("\n").map(escaped).join("<br>")}</p>`).join("") : "";
}

function tools(editor, says) {
  const row = document.createElement("div");
  row.className = "words-editor__tools";
  row.setAttribute("role", "toolbar");
  row.setAttribute("aria-label", says.tools ?? "");
  const chain = () => editor.chain().focus();
  const made = [
    ["heading", "H", () => chain().toggleHeading({ level: 2 }).run(), () => editor.isActive("heading")],
    ["bold", "B", () => chain().toggleBold().run(), () => editor.isActive("bold")],
    ["italic", "I", () => chain().toggleItalic().run(), () => editor.isActive("italic")],
    ["bullets", "•", () => chain().toggleBulletList().run(), () => editor.isActive("bulletList")],
    ["numbers", "1.", () => chain().toggleOrderedList().run(), () => editor.isActive("orderedList")],
    ["quote", "“", () => chain().toggleBlockquote().run(), () => editor.isActive("blockquote")],
    ["link", "↗", () => link(editor, says.ask ?? ""), () => editor.isActive("link")],
  ].map(([name, face, run, isActive], index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `words-editor__tool words-editor__tool--${name}`;
    button.textContent = face;
    button.title = says[name] ?? name;
    button.setAttribute("aria-label", says[name] ?? name);
    button.tabIndex = index ? -1 : 0;
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays in the words
    button.addEventListener("click", run);
    row.append(button);
    return { button, isActive };
  });
  row.addEventListener("keydown", (event) => {
    const buttons = made.map((each) => each.button);
    const at = buttons.indexOf(document.activeElement);
    const turn = document.dir === "rtl" ? -1 : 1;
    const to = { ArrowRight: at + turn, ArrowLeft: at - turn, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = buttons[(to + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  });
  const show = () => made.forEach(({ button, isActive }) => button.setAttribute("aria-pressed", String(isActive())));
  editor.on("transaction", show);
  show();
  return row;
}

function link(editor, question) {
  const known = editor.getAttributes("link").href ?? "";
  const address = window.prompt(question, known);
  if (address === null) return;
  if (address === "") editor.chain().focus().extendMarkRange("link").unsetLink().run();
  else editor.chain().focus().extendMarkRange("link").setLink({ href: /^[a-z]+:/i.test(address) ? address : `https://${address}` }).run();
}
