/** The tools of the desk: those that every editor has, and the principles, pictures and tables of a portfolio. */

import { focusOn, plainTools, toolbar as row } from "../../design/js/editor.js";
import { takeSelection } from "./selection.js";

export function toolbar(editor, page, label) {
  const { says } = page;
  const { heading, subheading, bold, italic, bullets, numbers, quote, undo, redo } = plainTools(editor, says);
  const chain = () => {
    focusOn(editor);
    return editor.chain();
  };
  const more = [
    { icon: "link", title: says.link, run: () => page.link(editor), isActive: () => editor.isActive("link") },
    { icon: "image", title: says.image, run: () => page.image(editor) },
    { icon: "table", title: says.table, run: () => chain().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(), isActive: () => editor.isActive("table") },
  ];
  // On a narrow screen the principles are far below the words: there they are tools as well.
  const principles = page.principles.map(({ code, title }) => ({
    face: code,
    title: `${says.mark}: ${title}`,
    run: () => page.mark(code),
    isActive: () => page.isMarked(editor, code),
  }));
  const inTable = [
    { title: says.row, run: () => chain().addRowAfter().run() },
    { title: says.column, run: () => chain().addColumnAfter().run() },
    { title: says.no_row, run: () => chain().deleteRow().run() },
    { title: says.no_column, run: () => chain().deleteColumn().run() },
    { title: says.no_table, run: () => chain().deleteTable().run() },
  ];
  return row(editor, {
    label: `${says.tools}: ${label}`,
    icon: page.icon,
    before: () => takeSelection(editor),
    groups: [
      { tools: [heading, subheading] },
      ...(principles.length ? [{ tools: principles, className: "tools__group--principles" }] : []),
      { tools: [bold, italic] },
      { tools: [bullets, numbers, quote] },
      { tools: more },
      { tools: [undo, redo] },
      { tools: inTable, className: "tools__group--words", isShown: () => editor.isActive("table") },
    ],
  });
}
