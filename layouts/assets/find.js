// Finds a pasted error message in all tables of the language: see messages.js.
import { finder } from "./messages.js";

export function run(box) {
  const field = box.querySelector("textarea");
  const found = box.querySelector(".found");
  const none = box.querySelector("template");
  if (!box.dataset.index) { // a site without search: the tables are all there is
    box.querySelector(".js").hidden = true;
    return;
  }
  let rows;
  let timer;
  const fill = (key, code) => box.dataset[key].replace("{code}", () => code);
  const paragraph = (text) => Object.assign(document.createElement("p"), { textContent: text });
  async function show() {
    const text = field.value;
    if (text.trim().length < 3) return found.replaceChildren();
    rows ??= await finder(box.dataset.index, "");
    const { rows: list, unknown } = rows.find(text);
    if (text !== field.value) return;
    const ul = document.createElement("ul");
    ul.append(...list.map((row) => {
      const li = document.createElement("li");
      const where = Object.assign(document.createElement("a"), { href: row.url, textContent: row.title });
      li.append(...row.card().childNodes);
      if (row.url.split("#")[0] !== location.pathname) li.append(where);
      return li;
    }));
    found.replaceChildren();
    if (unknown) found.append(paragraph(fill(list.length ? "unknown" : "code", unknown)));
    if (list.length) found.append(ul);
    else found.append(none.content.cloneNode(true));
  }
  field.addEventListener("input", () => { // not at every letter, for who listens
    clearTimeout(timer);
    timer = setTimeout(show, 300);
  });
  if (field.value) show(); // typed before this script was there
}
