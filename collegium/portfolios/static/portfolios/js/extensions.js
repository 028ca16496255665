/** Our three extensions of the editor: evidence in the words, a passage marked with a principle, a passage's language. */

const ICONS = { document: "file-text", image: "file-image", audio: "music", video: "film", link: "link", note: "sticky-note", testimonial: "quote", data: "database" };
const BLOCKS = ["paragraph", "heading", "blockquote", "listItem", "tableCell", "tableHeader"];

/** What the server's form says the editor can write (portfolios/forms.py), as the editor's extensions. */
export function extensionsFor(tiptap, named, page) {
  const ours = makeOurs(tiptap, page);
  return Object.entries(named)
    .map(([name, options]) => {
      const extension = ours[name] ?? tiptap[name];
      return extension && typeof options === "object" ? extension.configure(options) : extension;
    })
    .filter(Boolean);
}

function makeOurs({ Node, Mark, Extension, Placeholder, mergeAttributes }, page) {
  const EmbeddedEvidence = Node.create({
    name: "embeddedEvidence",
    group: "block",
    atom: true,
    draggable: true,
    addAttributes: () => ({
      evidence: {
        default: null,
        parseHTML: (element) => element.dataset.evidence,
        renderHTML: ({ evidence }) => ({ "data-evidence": evidence }),
      },
    }),
    parseHTML: () => [{ tag: "figure[data-evidence]", priority: 100 }],
    renderHTML: ({ HTMLAttributes }) => ["figure", HTMLAttributes],
    addNodeView: () => ({ node }) => ({ dom: drawn(node.attrs.evidence, page) }),
  });

  const PrincipleMark = Mark.create({
    name: "principle",
    excludes: "", // a passage can speak for several
    inclusive: false,
    addAttributes: () => ({
      code: {
        default: null,
        parseHTML: (element) => element.dataset.principle,
        renderHTML: ({ code }) => ({ "data-principle": code }),
      },
    }),
    parseHTML: () => [{ tag: "span[data-principle]" }],
    renderHTML: ({ HTMLAttributes }) => ["span", mergeAttributes({ class: "principle" }, HTMLAttributes), 0],
  });

  const plain = (name) => ({
    default: null,
    parseHTML: (element) => element.getAttribute(name),
    renderHTML: (attributes) => (attributes[name] ? { [name]: attributes[name] } : {}),
  });
  const Language = Extension.create({
    name: "language",
    priority: 1000, // before the link extension's own key
    addGlobalAttributes: () => [{ types: BLOCKS, attributes: { lang: plain("lang"), dir: plain("dir") } }],
    addKeyboardShortcuts: () => ({
      "Mod-k": ({ editor }) => {
        page.link(editor);
        return true;
      },
    }),
  });

  return { EmbeddedEvidence, PrincipleMark, Language, Placeholder: Placeholder.configure({ placeholder: page.says.placeholder }) };
}

/** A piece of evidence as it stands in the words while one writes: named and pictured, moved and removed as one thing. */
function drawn(id, page) {
  const piece = page.evidence.get(Number(id));
  const figure = document.createElement("figure");
  figure.className = `piece piece--embedded piece--${piece?.kind ?? "gone"}`;
  figure.contentEditable = "false";
  if (piece?.thumbnail) {
    const image = document.createElement("img");
    image.src = piece.thumbnail;
    image.alt = piece.alt;
    figure.append(image);
  }
  const caption = document.createElement("figcaption");
  caption.className = "piece__caption";
  const mark = document.createElement("span");
  mark.className = "piece__icon";
  mark.append(page.icon(ICONS[piece?.kind] ?? "paperclip"));
  const words = document.createElement("span");
  words.className = "piece__words";
  const title = document.createElement("span");
  title.className = "piece__title";
  title.textContent = piece?.title ?? page.says.evidence_elsewhere;
  const facts = document.createElement("span");
  facts.className = "piece__facts";
  facts.textContent = piece?.kind_title ?? "";
  words.append(title, facts);
  caption.append(mark, words);
  figure.append(caption);
  return figure;
}
