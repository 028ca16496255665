/** Words counted as foundation/richtext.py counts them, so that the number does not jump when the part is saved. */

const character = /[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{323af}]/gu;
const estimated = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+/g;
const between = /[\s\u2013\u2014\u2026\u200b]+|\.{3,}|--+/;
const sound = /[\p{L}\p{N}]/u;

export function countWords(text) {
  const characters = text.match(character)?.length ?? 0;
  const spaced = text.replace(character, " ");
  const runs = (spaced.match(estimated) ?? []).reduce((sum, run) => sum + Math.ceil(run.length / 5), 0);
  return characters + runs + spaced.replace(estimated, " ").split(between).filter((word) => sound.test(word)).length;
}

/** The words of an editor's document, and how many of them each principle marks. */
export function reckon(editor) {
  const lines = [];
  const marked = new Map();
  editor.state.doc.descendants((node) => {
    if (node.isTextblock) {
      lines.push(node.textBetween(0, node.content.size, "\n", (leaf) => (leaf.type.name === "hardBreak" ? "\n" : " ")));
      node.descendants((inner) => {
        for (const mark of inner.isText ? inner.marks : []) {
          if (mark.type.name !== "principle") continue;
          marked.set(mark.attrs.code, (marked.get(mark.attrs.code) ?? 0) + countWords(inner.text));
        }
      });
      return false;
    }
    return true;
  });
  return { words: countWords(lines.join("\n")), marked };
}
