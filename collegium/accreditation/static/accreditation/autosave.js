/**
 * Saves a judging form as one writes, and loses nothing on a train: what was not sent is kept on this device and sent
 * when the connection is back. Without this module the form has its Save button.
 *
 * <form data-autosave="name" data-device-key data-saving data-offline data-signed-out data-restored> … <p data-status>
 * Only the fields that were touched are sent, so that two devices do not undo each other; `data-whole` sends all.
 */

import { Drawer } from "../design/js/sealed.js";

const PAUSE = 1200;
const RETRY = 8000;

for (const form of document.querySelectorAll("form[data-autosave]")) start(form);

function start(form) {
  const drawer = new Drawer(form.dataset.autosave, form.dataset.deviceKey);
  const status = form.querySelector("[data-status]");
  const touched = new Set();
  let going = []; // what is on its way
  let timer = 0;

  restore();

  form.addEventListener("input", (event) => {
    if (!event.target.name) return;
    // A level and its comment belong together, and are sent together.
    for (const name of together(event.target.name)) touched.add(name);
    keep();
    if (status && !status.dataset.tone) status.textContent = ""; // "saved" is said of all of it, or not at all
    later(PAUSE);
  });
  form.addEventListener("submit", forget);
  window.addEventListener("online", save);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });

  function together(name) {
    const [, index] = name.match(/^(?:level|comment)_(\d+)$/) ?? [];
    return index === undefined ? [name] : [`level_${index}`, `comment_${index}`];
  }

  function data(names) {
    const all = new FormData(form);
    if ("whole" in form.dataset) return all;
    const some = new FormData();
    some.set("csrfmiddlewaretoken", all.get("csrfmiddlewaretoken"));
    for (const name of names) for (const value of all.getAll(name)) some.append(name, value);
    return some;
  }

  function later(pause) {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, pause);
  }

  async function save() {
    if (going.length || touched.size === 0) return;
    window.clearTimeout(timer);
    going = [...touched];
    touched.clear();
    say(form.dataset.saving);
    let next = PAUSE;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: data(going),
        headers: { Accept: "application/json" },
        redirect: "manual",
        keepalive: document.visibilityState === "hidden",
      });
      const isJson = answer.headers.get("Content-Type")?.includes("json");
      if (answer.type === "opaqueredirect" || (answer.status === 403 && !isJson)) throw new SignedOut();
      const said = await answer.json();
      if (!answer.ok) {
        // A refusal, such as a judgement that was sealed meanwhile: it is said, and the words stay on the page.
        say(said.refused, "bad");
        return;
      }
      show(said);
      if (touched.size > 0) return;
      say(said.saved);
      forget();
      form.dispatchEvent(new CustomEvent("saved", { bubbles: true }));
    } catch (fault) {
      for (const name of going) touched.add(name);
      say(fault instanceof SignedOut ? form.dataset.signedOut : form.dataset.offline, "warn");
      next = RETRY;
    } finally {
      going = [];
      if (touched.size > 0) later(next); // what was written meanwhile, too
    }
  }

  function show(said) {
    if (said.judged === undefined) return;
    const bar = form.querySelector("[data-judged]");
    if (bar) bar.value = said.judged;
    const words = form.querySelector("[data-judged-words]");
    if (words) words.textContent = String(said.judged);
    for (const link of document.querySelectorAll("[data-area-link]")) {
      const index = link.dataset.areaLink;
      const level = form.querySelector(`[name="level_${index}"]:checked`);
      const comment = form.elements.namedItem(`comment_${index}`);
      link.toggleAttribute("data-done", Boolean(level && comment?.value.trim()));
    }
  }

  function say(words, tone = "") {
    if (!status || !words) return;
    status.textContent = words;
    status.dataset.tone = tone;
  }

  function keep() {
    const kept = {};
    const all = new FormData(form);
    for (const name of [...going, ...touched]) kept[name] = all.getAll(name);
    drawer.keep(kept); // if it cannot be: the form still saves itself, and has its button
  }

  function forget() {
    drawer.forget();
  }

  async function restore() {
    const kept = await drawer.read();
    if (!kept) return;
    const newer = new Set(touched); // written while the kept was being read
    for (const [name, values] of Object.entries(kept)) {
      if (newer.has(name)) continue;
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
        else [field.value] = values;
      }
      touched.add(name);
    }
    keep();
    say(form.dataset.restored);
    later(PAUSE);
  }
}

class SignedOut extends Error {}
