/** Where a passage stands in a page: the words as the server counts them (portfolios/anchors.py), each space one space. */

export const AROUND = 64;
const BLOCKS = new Set("P H1 H2 H3 H4 H5 H6 UL OL LI BLOCKQUOTE PRE HR FIGURE FIGCAPTION TABLE THEAD TBODY TR TH TD BR DIV".split(" "));

/** The words below `root`, and for each character its text node and place in it; drawn evidence is no words of the writer's. */
export function textOf(root) {
  const letters = [];
  const places = [];
  let breaks = false;
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      for (let index = 0; index < node.data.length; index += 1) {
        const letter = node.data[index];
        if (letter === "\u200b") continue;
        if (/\s/.test(letter)) {
          if (letters.length && letters.at(-1) !== " " && !breaks) {
            letters.push(" ");
            places.push([node, index]);
          }
          continue;
        }
        if (breaks) {
          if (letters.at(-1) === " ") {
            letters.pop();
            places.pop();
          }
          if (letters.length) {
            letters.push(" ");
            places.push([node, index]);
          }
          breaks = false;
        }
        letters.push(letter);
        places.push([node, index]);
      }
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(".piece, [hidden]")) {
      if (node.nodeType === Node.ELEMENT_NODE) breaks = true;
      return;
    }
    const isBlock = BLOCKS.has(node.tagName);
    breaks ||= isBlock;
    node.childNodes.forEach(walk);
    breaks ||= isBlock;
  };
  root.childNodes.forEach(walk);
  return { words: letters.join(""), places };
}

export function rangeOf({ places }, start, end) {
  const range = document.createRange();
  range.setStart(...places[start]);
  const [last, index] = places[end - 1];
  range.setEnd(last, index + 1);
  return range;
}

/** The passage word for word, where what stands before it fits best; null if it is not there. */
export function find(text, { exact, prefix }) {
  let best = null;
  for (let at = text.words.indexOf(exact); at >= 0; at = text.words.indexOf(exact, at + 1)) {
    let same = 0;
    while (same < prefix.length && text.words[at - 1 - same] === prefix[prefix.length - 1 - same]) same += 1;
    if (!best || same > best.same) best = { at, same };
  }
  return best ? [best.at, best.at + exact.length] : null;
}

/** What of a range lies within `root`, as an anchor; null where that is nothing. */
export function anchorOf(root, range) {
  const text = textOf(root);
  let start = -1;
  let end = -1;
  text.places.forEach(([node, index], place) => {
    if (text.words[place] === " ") return;
    if (range.comparePoint(node, index) >= 0 && range.comparePoint(node, index + 1) <= 0) {
      if (start < 0) start = place;
      end = place + 1;
    }
  });
  if (start < 0) return null;
  return {
    start,
    exact: text.words.slice(start, end),
    prefix: text.words.slice(Math.max(0, start - AROUND), start),
    suffix: text.words.slice(end, end + AROUND),
  };
}
