// Finds a pasted error message in the tables of the page. A message there has
// … where a name stands, and a pasted one has text around it; so words are
// compared, and one that few messages have says more than one that many have.

const words = (text) => [...new Set(text.toLowerCase().replace(/['’‘`]/g, "").normalize("NFKD").replace(/\p{M}/gu, "").match(/[\p{L}\p{N}]+(?:\.\p{N}+)*/gu))];
const enough = .5; // of a message's weight, or of what was pasted
const most = 3;

function index() {
  const rows = [...document.querySelectorAll("article table:has(.message) tbody tr")].map((row) => {
    const parts = row.cells[0].querySelectorAll(".message");
    return { row, messages: [...(parts.length ? parts : [row.cells[0]])].map((p) => words(p.textContent)) };
  });
  const seen = new Map();
  for (const { messages } of rows) {
    for (const w of new Set(messages.flat())) seen.set(w, (seen.get(w) ?? 0) + 1);
  }
  const weigh = (list) => list.reduce((sum, w) => sum + 1 / (seen.get(w) ?? 1), 0);
  return { rows, weigh };
}

// look gives the rows that fit a text, the best first.
function look({ rows, weigh }, text) {
  const asked = words(text);
  const last = asked.at(-1); // the reader may still be typing it
  const has = (w) => asked.includes(w) || (last.length > 2 && w.startsWith(last));
  const score = (message) => {
    const common = message.filter(has);
    if (!common.some((w) => w.length > 2)) return 0;
    const same = weigh(common);
    const part = .9 * same / weigh([...common, ...asked.filter((w) => w !== last && !message.includes(w))]);
    return Math.max(same / weigh(message), part) + same / 1000; // the longer of two that fit
  };
  return rows.map(({ row, messages }) => ({ row, fit: Math.max(...messages.map(score)) }))
    .filter(({ fit }) => fit >= enough).sort((a, b) => b.fit - a.fit).slice(0, most).map(({ row }) => row);
}

const copies = (cell) => [...cell.childNodes].map((n) => n.cloneNode(true));

function card(row) {
  const [message, ...rest] = row.cells;
  const item = document.createElement("li");
  const head = document.createElement("p");
  head.append(...copies(message));
  item.append(head, ...rest.map((cell) => {
    const p = document.createElement("p");
    p.dataset.label = cell.dataset.label;
    p.append(...copies(cell));
    return p;
  }));
  return item;
}

export function run(box, kept) {
  const field = box.querySelector("textarea");
  const found = box.querySelector(".found");
  const none = box.querySelector("template");
  const all = index();
  let timer;
  function show() {
    if (words(field.value).every((w) => w.length < 3)) return found.replaceChildren();
    const list = document.createElement("ul");
    list.append(...look(all, field.value).map(card));
    found.replaceChildren(list.firstChild ? list : none.content.cloneNode(true));
  }
  field.addEventListener("input", () => { // not at every letter, for who listens
    clearTimeout(timer);
    timer = setTimeout(show, 300);
  });
  // To the tables of another page the message goes along, in this tab.
  found.addEventListener("click", (event) => {
    if (event.target.closest("a[href$='#foutmeldingen']")) kept.set("message", field.value);
  });
  const brought = kept.get("message");
  if (brought) {
    kept.remove("message");
    field.value = brought;
    show();
  }
}
