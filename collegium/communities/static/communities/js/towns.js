// Suggests towns of the chosen country while one types. Without this script the field is a plain one, and stays right.

const address = document.querySelector("script[data-towns]").dataset.towns;
const PAUSE = 150; // milliseconds after the last key
const SHORTEST = 2;

for (const field of document.querySelectorAll('input[name="town"]')) suggest(field);

function suggest(field) {
  const country = field.form?.elements.namedItem("country");
  const list = document.createElement("datalist");
  list.id = `${field.id}-towns`;
  field.after(list);
  field.setAttribute("list", list.id);

  let waiting = 0;
  let asking = null;

  const ask = async () => {
    const typed = field.value.trim();
    // What stands there already is what was chosen.
    if (typed.length < SHORTEST || [...list.options].some((option) => option.value === typed)) return;
    asking?.abort();
    asking = new AbortController();
    const query = new URLSearchParams({ q: typed, country: country?.value ?? "" });
    try {
      const answer = await fetch(`${address}?${query}`, { signal: asking.signal });
      if (!answer.ok) return;
      const { towns } = await answer.json();
      list.replaceChildren(
        ...towns.map((town) => {
          const option = document.createElement("option");
          option.value = town.name;
          if (!country?.value) option.label = town.country;
          return option;
        }),
      );
    } catch {
      // A newer question has taken its place, or the network is away: the field goes on as a plain one.
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
  country?.addEventListener("change", () => {
    asking?.abort(); // what was found in another country
    list.replaceChildren();
    void ask();
  });
}
