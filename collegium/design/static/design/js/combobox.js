/**
 * A search field that offers a few hits while one types (WAI-ARIA: combobox with a list). Without this script, and whenever
 * no option was chosen, the field's form is sent as it always was.
 *
 *   <input type="search" name="q" data-suggest="/search/quick/">
 *
 * The address is asked with ?q= and answers with <li role="option" data-href>, the first <li hidden data-said> being what
 * is said to those who do not see the list.
 */

const PAUSE = 180; // milliseconds after the last key
const SHORTEST = 2;

for (const field of document.querySelectorAll("input[data-suggest]")) suggest(field);

function suggest(field) {
  const list = document.createElement("ul");
  list.id = `${field.id}-list`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels[0]?.textContent.trim() ?? "");
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  field.form.append(list, said);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  let waiting = 0;
  let asking = null;
  let active = null;

  const options = () => [...list.querySelectorAll("[role=option]")];

  const mark = (option) => {
    active?.setAttribute("aria-selected", "false");
    active = option;
    if (!option) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  // Nothing that was asked before comes back after this.
  const forget = () => {
    clearTimeout(waiting);
    asking?.abort();
    asking = null;
  };

  const close = () => {
    forget();
    mark(null);
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    said.textContent = "";
  };

  const ask = async () => {
    const typed = field.value;
    const question = new AbortController();
    asking = question;
    try {
      const answer = await fetch(`${field.dataset.suggest}?${new URLSearchParams({ q: typed })}`, {
        signal: question.signal,
        headers: { Accept: "text/html" },
      });
      const html = answer.ok ? await answer.text() : "";
      // Somebody may have typed on, sent the form or gone away in the meantime.
      if (asking !== question || field.value !== typed || document.activeElement !== field) return;
      mark(null);
      list.innerHTML = html;
      said.textContent = list.querySelector("[data-said]")?.dataset.said ?? "";
      list.hidden = options().length === 0;
      field.setAttribute("aria-expanded", String(!list.hidden));
    } catch {
      // A newer question has taken its place, or the network is away: the field goes on as a plain one.
    } finally {
      if (asking === question) asking = null;
    }
  };

  const go = (option) => {
    const address = option.dataset.href;
    close();
    location.assign(address);
  };

  field.addEventListener("input", () => {
    forget();
    mark(null); // what is shown was found for other words
    if (field.value.trim().length < SHORTEST) close();
    else waiting = setTimeout(ask, PAUSE);
  });

  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); // the first closes the list, the next empties the field
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.shiftKey) {
      const all = options();
      event.preventDefault();
      if (list.hidden || !all.length) {
        if (event.key === "ArrowDown" && field.value.trim().length >= SHORTEST) {
          forget();
          void ask();
        }
        return;
      }
      // Whoever looks at the list is not to have it changed under their fingers.
      forget();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = active ? all.indexOf(active) : step > 0 ? -1 : all.length;
      mark(all[from + step] ?? null); // past the end is the field itself
    } else if (event.key === "Enter") {
      forget();
      if (active) {
        event.preventDefault();
        go(active);
      }
    }
  });

  field.form.addEventListener("submit", close);
  field.addEventListener("blur", close);
  // The field keeps the focus: a press on an option is not a way out of it, and no newer list takes it from under the hand.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    forget();
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) go(option);
  });
  // A page that comes back from the browser's memory begins anew.
  addEventListener("pageshow", close);
}
