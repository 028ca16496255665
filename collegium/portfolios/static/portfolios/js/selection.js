/**
 * Tells the editor what is selected on the page. The browser shows a selection at once and speaks of it a moment later;
 * if the focus is in the tools by then, the editor no longer listens, and a tool would do nothing to the words selected.
 */
export function takeSelection(editor) {
  const { view, state } = editor;
  const shown = getSelection();
  if (!shown.rangeCount || !view.dom.contains(shown.anchorNode) || !view.dom.contains(shown.focusNode)) return;
  if (!("$cursor" in state.selection)) return; // a piece of evidence, or cells of a table: the editor knows better
  const ends = [
    view.posAtDOM(shown.anchorNode, shown.anchorOffset),
    view.posAtDOM(shown.focusNode, shown.focusOffset),
  ];
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  if (from === state.selection.from && to === state.selection.to) return; // what was chosen for the next word stays chosen
  if (!ends.every((at) => state.doc.resolve(at).parent.inlineContent)) return;
  editor.commands.setTextSelection({ from, to });
}
