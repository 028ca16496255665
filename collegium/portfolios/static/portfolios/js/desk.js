/** The section page: an editor for each part, which saves itself, with the criterion's principles and evidence at hand. */

import { addressOf, asWritten, focusOn, takePlaceOf } from "../../design/js/editor.js";
import { watchPassages } from "./beside.js";
import { Drawer } from "../../design/js/sealed.js";
import { extensionsFor } from "./extensions.js";
import { Keeper } from "./keeping.js";
import { takeSelection } from "./selection.js";
import { toolbar } from "./toolbar.js";
import { reckon } from "./words.js";

const desk = document.querySelector("[data-desk]");
const says = JSON.parse(document.getElementById("desk-says").textContent);
const drawings = document.getElementById("desk-icons").content;
const number = new Intl.NumberFormat(document.documentElement.lang);
const moment = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
const writings = [];
let latest = null; // the editor that was written in last

const page = {
  says,
  evidence: new Map(),
  icon: (name) => (drawings.querySelector(`[data-icon="${name}"] svg`) ?? drawings.querySelector("svg")).cloneNode(true),
  link: openLink,
  image: openImage,
  mark: markPassage,
  isMarked,
  principles: [...document.querySelectorAll("[data-principle-button]")].map((button) => ({
    code: button.dataset.principleButton,
    title: button.parentElement.querySelector(".principle-row__title").textContent,
  })),
};

readEvidence();
start();

async function start() {
  let tiptap;
  try {
    tiptap = await import(desk.dataset.editor);
  } catch {
    desk.classList.add("desk--plain"); // the plain field under each heading works without the editor
    return;
  }
  for (const form of desk.querySelectorAll("form[data-part]")) writings.push(await mount(tiptap, form));
  desk.classList.add("desk--ready");
  reveal();
  recount();
  watchPrinciples();
  watchPassages();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-embed]");
    if (button) embed(Number(button.dataset.embed));
  });
  document.addEventListener("htmx:afterSwap", () => {
    readEvidence();
    reveal();
  });
  if (location.hash) document.querySelector(location.hash)?.scrollIntoView();
}

// One part ------------------------------------------------------------------------------------------------------------

async function mount(tiptap, form) {
  const source = form.elements.html;
  const paper = form.querySelector("[data-paper]");
  const config = JSON.parse(source.getAttribute("data-django-prose-editor-collegium"));
  const host = document.createElement("div");
  host.className = "writing__editor";
  const drawer = new Drawer(`words:${desk.dataset.person}:${form.dataset.part}`, desk.dataset.deviceKey);
  const keeper = new Keeper({ form, drawer, says });
  const left = await keeper.left(); // before there is an editor: what is typed in it is kept in the same place
  const begun = source.value === source.defaultValue ? null : asWritten(source.value); // by who was quicker than we are
  const writing = { form, keeper, source, words: 0, marked: new Map() };

  const editor = new tiptap.Editor({
    element: host,
    content: source.defaultValue,
    injectCSS: false, // it would be an inline style, which our policy blocks; portfolios.css has it
    extensions: extensionsFor(tiptap, config.extensions, page),
    editorProps: {
      attributes: {
        class: "prose writing__words",
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": form.dataset.title,
        ...(source.getAttribute("aria-describedby") ? { "aria-describedby": source.getAttribute("aria-describedby") } : {}),
      },
      transformPastedHTML: withoutForeignImages,
      handlePaste: (_view, event) => takeImage(editor, event.clipboardData),
      handleDrop: (_view, event) => takeImage(editor, event.dataTransfer),
    },
    onUpdate: () => {
      source.value = wordsOf(editor);
      keeper.changed(source.value);
      recount(writing);
    },
    onFocus: () => (latest = writing),
    onBlur: () => takeSelection(editor),
    onSelectionUpdate: showPrinciples,
  });
  writing.editor = editor;
  keeper.baseline(wordsOf(editor));
  source.value = keeper.saved;
  writing.shown = evidenceIn(writing);
  paper.querySelector("[data-face]").hidden = true;
  paper.append(toolbar(editor, page, form.dataset.title), host);
  takePlaceOf(source, editor);
  form.classList.add("writing__form--live");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keeper.save();
  });
  const state = form.closest(".writing").querySelector("[data-state]");
  paper.querySelector("[role=toolbar]").append(state); // in sight however far one has scrolled
  keeper.addEventListener("state", ({ detail }) => showState(state, detail));
  keeper.addEventListener("state", ({ detail }) => {
    if (detail.state === "saved") evidenceAgain(writing);
  });
  keeper.addEventListener("conflict", ({ detail }) => showConflict(writing, detail));
  keeper.addEventListener("settled", ({ detail }) => {
    form.querySelector("[data-offer]").hidden = true;
    if (detail.html !== null) replace(writing, detail.html);
    focusOn(editor);
  });
  keeper.addEventListener("replaced", ({ detail }) => replace(writing, detail.html));
  if (left) takeUp(writing, left);
  if (begun !== null) takeIn(writing, begun);
  return writing;
}

/** What was typed into the plain field before the editor had come. */
function takeIn({ editor, keeper, source }, begun) {
  if (!keeper.isDirty) editor.commands.setContent(begun, { emitUpdate: true });
  else if (source.defaultValue === "") editor.commands.insertContentAt(editor.state.doc.content.size, begun);
  if (editor.view.hasFocus()) focusOn(editor, "end");
}

const A_MOMENT = 120_000;

/** Words left on this device: in the server's hands after all, or of a moment ago, or to be asked about. */
function takeUp(writing, left) {
  const { editor, keeper } = writing;
  const stands = wordsOf(editor);
  editor.commands.setContent(left.html, { emitUpdate: false });
  const kept = wordsOf(editor); // as the editor writes it, which is how the two can be compared
  if (kept === stands) keeper.forget();
  else if (left.revision === keeper.revision && Date.now() - left.at < A_MOMENT) {
    // The page was left before the last words had gone: they go on from where they were.
    writing.source.value = kept;
    keeper.changed(kept);
    return;
  } else {
    offer(writing, left);
  }
  editor.commands.setContent(stands, { emitUpdate: false });
}

/** The words as the server keeps them: no empty lines at the end, and it is the server that says how links relate. */
function wordsOf(editor) {
  if (editor.isEmpty) return "";
  return editor.getHTML().replace(/ rel="[^"]*"/g, "").replace(/(<p>(<br>)?<\/p>)+$/, "");
}

function replace(writing, html) {
  writing.editor.commands.setContent(html, { emitUpdate: false });
  writing.keeper.baseline(wordsOf(writing.editor));
  writing.source.value = writing.keeper.saved;
  recount(writing);
}

/** Pictures from other sites would not be shown, and are not kept: they are brought in as evidence, or not at all. */
function withoutForeignImages(html) {
  const pasted = new DOMParser().parseFromString(html, "text/html");
  for (const image of pasted.querySelectorAll("img")) {
    if (!image.getAttribute("src")?.startsWith("/evidence/")) image.remove();
  }
  return pasted.body.innerHTML;
}

// What is said ---------------------------------------------------------------------------------------------------------

const TROUBLES = ["offline", "expired", "refused", "forbidden", "trouble", "conflict"];
const PICTURES = { offline: "cloud-off", expired: "log-in", saved: "check" };
let lastTold = "";

function showState(place, { state, sentence }) {
  const isTrouble = TROUBLES.includes(state);
  place.dataset.state = state;
  place.replaceChildren();
  if (isTrouble || state === "saved") place.append(page.icon(PICTURES[state] ?? "triangle-alert"));
  const words = document.createElement("span");
  words.textContent = sentence;
  place.append(words);
  if (state === "expired") {
    const link = document.createElement("a");
    link.href = desk.dataset.signIn;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = says.sign_in;
    place.append(" ", link);
  }
  // A screen reader is told of trouble, and when it is over; not of every save.
  if (isTrouble ? lastTold !== state : state === "saved" && lastTold) {
    document.querySelector("[data-desk-says]").textContent = sentence;
    lastTold = isTrouble ? state : "";
  }
}

function notice(tone, sentence, buttons, more) {
  const box = document.createElement("div");
  box.className = `notice notice--${tone}`;
  box.append(page.icon("triangle-alert"));
  const inside = document.createElement("div");
  const title = document.createElement("p");
  title.className = "notice__title";
  title.textContent = sentence;
  inside.append(title, ...(more ?? []));
  const row = document.createElement("div");
  row.className = "actions";
  for (const [text, run, kind] of buttons) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `button button--${kind ?? "secondary"} button--small`;
    button.textContent = text;
    button.addEventListener("click", run);
    row.append(button);
  }
  inside.append(row);
  box.append(inside);
  return box;
}

function offer(writing, left) {
  const place = writing.form.querySelector("[data-offer]");
  const close = () => (place.hidden = true);
  place.replaceChildren(
    notice("warn", says.left.replace("%(time)s", moment.format(left.at)), [
      [
        says.use_left,
        () => {
          close();
          // Written on that revision: if the words were changed since, the server says so, and both are shown.
          writing.keeper.revision = left.revision;
          writing.editor.commands.setContent(left.html);
          focusOn(writing.editor, "end");
        },
        "primary",
      ],
      [
        says.forget_left,
        () => {
          close();
          writing.keeper.forget();
        },
      ],
    ]),
  );
  place.hidden = false;
}

function showConflict(writing, { sentence, difference, revision }) {
  const place = writing.form.querySelector("[data-offer]");
  const key = document.createElement("p");
  key.className = "small";
  key.textContent = says.difference;
  const words = document.createElement("div");
  words.className = "prose difference";
  words.innerHTML = difference; // made safe by the server, which drew it
  // While the two are put together nothing can be typed: it would be in neither.
  const choose = (choice) => async () => {
    writing.editor.setEditable(false, false);
    await writing.keeper.settle(choice, revision);
    writing.editor.setEditable(true, false);
    focusOn(writing.editor);
  };
  const kept = document.createElement("p");
  kept.className = "small";
  kept.textContent = says.both_kept;
  place.replaceChildren(
    notice(
      "warn",
      sentence,
      [
        [says.keep_mine, choose("mine"), "primary"],
        [says.keep_theirs, choose("theirs")],
        [says.keep_both, choose("both")],
      ],
      [key, words, kept],
    ),
  );
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

// Words against bounds ---------------------------------------------------------------------------------------------------

function recount(changed) {
  for (const writing of changed ? [changed] : writings) {
    Object.assign(writing, reckon(writing.editor));
    writing.form.querySelector("[data-part-words]").textContent = number.format(writing.words);
  }
  const all = writings.length ? writings : [changed];
  const total = all.reduce((sum, writing) => sum + writing.words, 0);
  const gauge = document.getElementById("section-words");
  gauge.querySelector("[data-words]").textContent = number.format(total);
  const { low, high } = gauge.dataset;
  const state = high && total > high ? "over" : low && total < low ? "under" : "within";
  gauge.className = `wordcount wordcount--${state}`;
  const meter = gauge.querySelector("meter");
  if (meter) meter.value = total;
  for (const place of document.querySelectorAll("[data-principle-words]")) {
    const code = place.dataset.principleWords;
    const words = all.reduce((sum, writing) => sum + (writing.marked.get(code) ?? 0), 0);
    place.dataset.guidance ??= words ? "" : place.textContent;
    place.textContent = words ? (words === 1 ? says.marked_one : says.marked.replace("%(count)s", number.format(words))) : place.dataset.guidance;
  }
}

// Principles -----------------------------------------------------------------------------------------------------------

function watchPrinciples() {
  for (const button of document.querySelectorAll("[data-principle-button]")) {
    button.hidden = false;
    button.nextElementSibling.hidden = true;
    button.title = says.mark;
    button.setAttribute("aria-label", `${says.mark}: ${button.parentElement.querySelector(".principle-row__title").textContent}`);
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => markPassage(button.dataset.principleButton));
  }
  const hint = document.querySelector("[data-principles-hint]");
  if (hint) hint.hidden = false;
}

function markPassage(code) {
  const editor = latest?.editor;
  if (!editor) return tell(says.select_first);
  takeSelection(editor);
  const { state } = editor;
  const type = state.schema.marks.principle;
  let { from, to } = state.selection;
  const isOn = isMarked(editor, code);
  if (from === to && isOn) ({ from, to } = around(state, code));
  if (from === to) return tell(says.select_first);
  focusOn(editor);
  editor
    .chain()
    .command(({ tr }) => {
      if (isOn) tr.removeMark(from, to, type.create({ code }));
      else tr.addMark(from, to, type.create({ code }));
      return true;
    })
    .run();
  showPrinciples();
  return undefined;
}

function isMarked(editor, code) {
  const { from, to, $from, empty } = editor.state.selection;
  const has = (marks) => marks.some((mark) => mark.type.name === "principle" && mark.attrs.code === code);
  if (empty) return has($from.marks());
  let every = true;
  let some = false;
  editor.state.doc.nodesBetween(from, to, (node) => {
    if (!node.isText) return;
    some = true;
    every &&= has(node.marks);
  });
  return some && every;
}

/** From where to where the passage goes that the caret stands in. */
function around(state, code) {
  const { $from } = state.selection;
  const has = (node) => node.marks.some((mark) => mark.type.name === "principle" && mark.attrs.code === code);
  let [first, last] = [$from.index(), $from.index()];
  const parent = $from.parent;
  if (!parent.maybeChild(first) || !has(parent.child(first))) first = last = Math.max(0, first - 1);
  while (first > 0 && has(parent.child(first - 1))) first -= 1;
  while (last + 1 < parent.childCount && has(parent.child(last + 1))) last += 1;
  let from = $from.start();
  for (let at = 0; at < first; at += 1) from += parent.child(at).nodeSize;
  let to = from;
  for (let at = first; at <= last; at += 1) to += parent.child(at).nodeSize;
  return { from, to };
}

function showPrinciples() {
  for (const button of document.querySelectorAll("[data-principle-button]")) {
    const isOn = latest !== null && isMarked(latest.editor, button.dataset.principleButton);
    button.setAttribute("aria-pressed", String(isOn));
  }
}

function tell(sentence) {
  const hint = document.querySelector("[data-principles-hint]");
  if (hint) {
    hint.textContent = sentence;
    hint.classList.add("hint--now");
  }
  document.querySelector("[data-desk-says]").textContent = sentence;
}

// Evidence -------------------------------------------------------------------------------------------------------------

function readEvidence() {
  for (const known of document.querySelectorAll("[data-known-evidence]")) {
    for (const piece of JSON.parse(known.textContent)) page.evidence.set(piece.id, piece);
  }
}

function reveal() {
  for (const button of document.querySelectorAll("[data-embed]")) button.hidden = false;
}

function embed(id) {
  const writing = latest ?? writings.find(({ form }) => form.dataset.component === "evidence") ?? writings[0];
  insert(writing.editor, id);
}

function insert(editor, id) {
  takeSelection(editor);
  focusOn(editor);
  editor.chain().insertContent({ type: "embeddedEvidence", attrs: { evidence: String(id) } }).run();
}

/** What stands in the words is listed beside them, once it is saved. */
function evidenceAgain(writing) {
  const shown = evidenceIn(writing);
  if (writing.shown !== shown) {
    window.htmx?.ajax("GET", location.pathname, { target: "#evidence-beside", swap: "innerHTML" });
  }
  writing.shown = shown;
}

function evidenceIn(writing) {
  return String((writing.source.value.match(/data-evidence="\d+"/g) ?? []).sort());
}

// Dialogs --------------------------------------------------------------------------------------------------------------

const imageDialog = document.getElementById("image-dialog");
const linkDialog = document.getElementById("link-dialog");
let asking = null; // the editor that a dialog was opened for

for (const dialog of [imageDialog, linkDialog]) {
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => asking && focusOn(asking));
}

function openLink(editor) {
  asking = editor;
  takeSelection(editor);
  if (editor.state.selection.empty && !editor.isActive("link")) return tell(says.select_first);
  linkDialog.querySelector("input").value = editor.getAttributes("link").href ?? "";
  linkDialog.querySelector("[data-remove-link]").hidden = !editor.isActive("link");
  linkDialog.showModal();
  return undefined;
}

linkDialog.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = event.target.elements.href.value.trim();
  linkDialog.close();
  focusOn(asking);
  const chain = asking.chain().extendMarkRange("link");
  if (event.submitter?.value === "remove" || !typed) chain.unsetLink().run();
  else chain.setLink({ href: addressOf(typed) }).run();
});

function openImage(editor, file) {
  asking = editor;
  const form = imageDialog.querySelector("form");
  form.reset();
  imageDialog.querySelector("[data-image-trouble]").hidden = true;
  if (file) {
    const files = new DataTransfer();
    files.items.add(file);
    form.elements.upload.files = files.files;
  }
  imageDialog.showModal();
}

function takeImage(editor, data) {
  const file = [...(data?.files ?? [])].find((each) => each.type.startsWith("image/"));
  if (!file) return false;
  openImage(editor, file);
  return true;
}

imageDialog.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const trouble = imageDialog.querySelector("[data-image-trouble]");
  const button = event.submitter;
  const editor = asking;
  button.disabled = true;
  try {
    const response = await fetch(desk.dataset.image, {
      method: "POST",
      body: new FormData(form),
      redirect: "manual",
      headers: { Accept: "application/json", "X-CSRFToken": desk.querySelector("[name=csrfmiddlewaretoken]").value },
    });
    const data = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
    if (!response.ok) throw new Error(data.sentence || (response.type === "opaqueredirect" ? says.expired : says.trouble));
    page.evidence.set(data.id, data);
    imageDialog.close();
    insert(editor, data.id);
  } catch (fault) {
    trouble.textContent = fault instanceof TypeError ? says.image_offline : fault.message;
    trouble.hidden = false;
  } finally {
    button.disabled = false;
  }
});
