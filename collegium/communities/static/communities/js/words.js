/**
 * An editor over each textarea[data-words]. Without it, or where it fails to load, the textarea itself is what one writes
 * in. The textarea stays the form's field and is kept up to date with every change.
 *
 * data-html is what the field begins with, formatting and all, where it shows plain words alone.
 */
import { asWritten, askLink, focusOn, plainTools, takePlaceOf, toolbar } from "../../design/js/editor.js";

const { editor: address } = document.querySelector("script[data-editor]").dataset;
const icons = document.querySelector("template[data-words-icons]").content;
const areas = [...document.querySelectorAll("textarea[data-words]")];

if (areas.length) {
  import(address).then((tiptap) => areas.forEach((area) => enhance(area, tiptap))).catch(() => {});
}

function enhance(area, tiptap) {
  const names = ["Document", "Paragraph", "Text", "HardBreak", "Bold", "Italic", "Heading", "BulletList", "OrderedList", "ListItem", "Blockquote", "Link", "History"];
  const extensions = names.map((name) => tiptap[name]).filter(Boolean);
  const label = document.querySelector(`label[for="${area.id}"]`);
  const isUntouched = area.value === area.defaultValue;
  const holder = document.createElement("div");
  holder.className = "words-editor";
  const face = document.createElement("div");
  const editor = new tiptap.Editor({
    element: face,
    extensions: [...extensions, tiptap.Placeholder.configure({ placeholder: area.dataset.placeholder ?? "" })],
    content: isUntouched && area.dataset.html ? area.dataset.html : asWritten(area.value),
    injectCSS: false, // it would be an inline style, which our policy blocks
    editorProps: { attributes: { class: "prose words-editor__face", role: "textbox", "aria-multiline": "true", ...(label ? { "aria-labelledby": labelOf(area, label) } : {}), dir: "auto" } },
    onUpdate: () => {
      take();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  const take = () => (area.value = editor.isEmpty ? "" : editor.getHTML());
  if (isUntouched && area.dataset.html) area.value = area.dataset.html;
  holder.append(tools(editor, area.dataset), face);
  area.required = false; // a browser can't show what is missing in a field that it doesn't show: the server says it
  area.after(holder);
  takePlaceOf(area, editor);
  label?.removeAttribute("for"); // it is the label of the editor now, and leads there
  label?.addEventListener("click", () => focusOn(editor));
}

function labelOf(area, label) {
  label.id ||= `${area.id}-label`;
  return label.id;
}

function tools(editor, says) {
  const { heading, bold, italic, bullets, numbers, quote, undo, redo } = plainTools(editor, says);
  const link = { icon: "link", title: says.link, run: () => askLink(editor, { title: says.link, question: says.ask }), isActive: () => editor.isActive("link") };
  return toolbar(editor, {
    label: says.tools,
    icon: (name) => icons.querySelector(`[data-icon="${name}"] svg`).cloneNode(true),
    groups: [{ tools: [heading] }, { tools: [bold, italic] }, { tools: [bullets, numbers, quote, link] }, { tools: [undo, redo] }],
  });
}
