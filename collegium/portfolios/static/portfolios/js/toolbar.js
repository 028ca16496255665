/** The row of tools over an editor: one stop for the Tab key, arrows within (WAI-ARIA toolbar). */

import { takeSelection } from "./selection.js";

export function toolbar(editor, page, label) {
  const { says } = page;
  const row = document.createElement("div");
  row.className = "tools";
  row.setAttribute("role", "toolbar");
  row.setAttribute("aria-label", `${says.tools}: ${label}`);
  const tools = document.createElement("div");
  tools.className = "tools__row";
  row.append(tools);

  const chain = () => editor.chain().focus();
  const groups = [
    [
      tool("heading-2", says.heading, () => chain().toggleHeading({ level: 2 }).run(), () => editor.isActive("heading", { level: 2 })),
      tool("heading-3", says.subheading, () => chain().toggleHeading({ level: 3 }).run(), () => editor.isActive("heading", { level: 3 })),
    ],
    [
      tool("bold", says.bold, () => chain().toggleBold().run(), () => editor.isActive("bold")),
      tool("italic", says.italic, () => chain().toggleItalic().run(), () => editor.isActive("italic")),
    ],
    [
      tool("list", says.bullets, () => chain().toggleBulletList().run(), () => editor.isActive("bulletList")),
      tool("list-ordered", says.numbers, () => chain().toggleOrderedList().run(), () => editor.isActive("orderedList")),
      tool("quote", says.quote, () => chain().toggleBlockquote().run(), () => editor.isActive("blockquote")),
    ],
    [
      tool("link", says.link, () => page.link(editor), () => editor.isActive("link")),
      tool("image", says.image, () => page.image(editor)),
      tool("table", says.table, () => chain().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(), () => editor.isActive("table")),
    ],
    [
      tool("undo-2", says.undo, () => chain().undo().run(), null, () => editor.can().undo()),
      tool("redo-2", says.redo, () => chain().redo().run(), null, () => editor.can().redo()),
    ],
  ];
  // On a narrow screen the principles are far below the words: there they are tools as well.
  const principles = page.principles.map(({ code, title }) => {
    const made = tool(null, `${says.mark}: ${title}`, () => page.mark(code), () => page.isMarked(editor, code));
    made.button.textContent = code;
    return made;
  });
  if (principles.length) groups.splice(1, 0, principles);
  for (const group of groups) {
    const holder = document.createElement("span");
    holder.className = group === principles ? "tools__group tools__group--principles" : "tools__group";
    holder.append(...group.map((each) => each.button));
    tools.append(holder);
  }

  const inTable = document.createElement("span");
  inTable.className = "tools__group tools__group--words";
  inTable.hidden = true;
  const tableTools = [
    tool(null, says.row, () => chain().addRowAfter().run()),
    tool(null, says.column, () => chain().addColumnAfter().run()),
    tool(null, says.no_row, () => chain().deleteRow().run()),
    tool(null, says.no_column, () => chain().deleteColumn().run()),
    tool(null, says.no_table, () => chain().deleteTable().run()),
  ];
  inTable.append(...tableTools.map((each) => each.button));
  tools.append(inTable);

  const all = [...groups.flat(), ...tableTools];
  const stops = () => all.map((each) => each.button).filter((button) => button.checkVisibility());

  function tool(icon, title, run, isActive, isPossible) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tool";
    button.title = title;
    button.setAttribute("aria-label", title);
    if (icon) button.append(page.icon(icon));
    else button.textContent = title;
    button.tabIndex = -1;
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays in the words
    button.addEventListener("click", () => {
      takeSelection(editor);
      run();
    });
    return { button, isActive, isPossible };
  }

  row.addEventListener("keydown", (event) => {
    const buttons = stops();
    const at = buttons.indexOf(document.activeElement);
    const turn = document.dir === "rtl" ? -1 : 1;
    const to = { ArrowRight: at + turn, ArrowLeft: at - turn, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = buttons[(to + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  });

  function show() {
    for (const { button, isActive, isPossible } of all) {
      if (isActive) button.setAttribute("aria-pressed", String(isActive()));
      if (isPossible) button.setAttribute("aria-disabled", String(!isPossible()));
    }
    inTable.hidden = !editor.isActive("table");
    const buttons = stops();
    if (!buttons.some((button) => button.tabIndex === 0) && (buttons[0] ?? all[0].button)) (buttons[0] ?? all[0].button).tabIndex = 0;
  }
  editor.on("transaction", show);
  show();
  return row;
}
