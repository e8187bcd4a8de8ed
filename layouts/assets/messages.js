// Finds a pasted error message in all tables of the language. A code in what
// was pasted decides; one that no table has is said to be unknown. Without a
// code words are compared: a message in a table has … where a name stands, and
// a pasted one has text around it.
import { fold } from "./search-index.js";

const split = (text) => fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];

// What stands before the code of a server, which other numbers of its shape (a
// date, a version, a price) have not: nothing, a sign, another code, or a word
// that announces one.
const before = String.raw`(?:^\s*|[:(#"“'[<>/=|,;-]\s*|(?<![\d.])[245]\d\d[ -]#?|\b(?:fout|foutcode|foutmelding|melding|code|nummer|error|status|server|smtp|said|reply|response|antwoordde|serverfout|fehler|erreur)\s+)`;

// codes finds the codes in a text: Outlook's numbers, and those of mail servers
// (RFC 3463, RFC 5321), whether a hyphen, a space or a # stands between.
export function codes(text) {
  const t = text.toLowerCase().replace(/\b\d+\.\d+\.\d+\.\d+\b/g, " "); // addresses of machines
  const list = new Set();
  for (const [, hex] of t.matchAll(/(?:\b0x|\b)(800[0-9a-f]{5})\b/g)) list.add("0x" + hex);
  for (const [, hex] of t.matchAll(/\b0x([0-9a-f]{6,8})\b/g)) list.add("0x" + hex);
  for (const [, a] of t.matchAll(new RegExp(`${before}([245]\\.\\d{1,3}\\.\\d{1,3})(?![\\d.]*\\d)`, "gm"))) list.add(a);
  for (const [, a] of t.matchAll(new RegExp(`${before}(?!443|465)([45][0-7]\\d)(?=[\\s:;,)#"”'\\]-]|$)(?!\\s*(?:mb|kb|gb|ms|px|euro)\\b)`, "gm"))) list.add(a);
  return list;
}

// General codes say little by themselves: a server gives them for many reasons.
const general = (code) => (/^\d{3}$/.test(code) ? !["534", "535"].includes(code) : /\.0\.0$|\.7\.[01]$/.test(code));
const enough = .72;
const coded = /[([]?\b(?:0x[0-9a-f]+|[245]\.\d{1,3}\.\d{1,3}|[45]\d\d)\b[)\]]?[-\s]?/gi;

const ofMail = /mail|imap|smtp|\bpop3?\b|outlook|thunderbird|postbus|postvak|postfach|inbox|phone|ipad|samsung|telefoon|handy|@/i;

const ofOthers = /digid|whatsapp|teams|netflix|spotify|printer|wi-?fi|vpn|bluetooth|bank/i;

// pairs gives the words that stand side by side in what is written of a
// message: not those on both sides of a …
const pairs = (text) => text.split("…").flatMap((piece) => split(piece).map((w, i, all) => (i ? all[i - 1] + " " + w : ""))).filter(Boolean);

export const looksLikeMessage = (text) => codes(text).size > 0 || split(text).length > 3 || /^[A-Z_]{8,}$/.test(text);

export async function finder(url, version) {
  const { default: data } = await import(url.replace(/\.js$/, `-m.js?${version}`));
  const { rows } = data;
  const [common, said] = [data.common, data.said].map((words) => new Set(words.split(" ")));
  const known = new Map(); // how many messages have a word
  const all = rows.flatMap(([at, title, messages, cells, labels], row) => messages.map((m) => {
    const has = codes(m);
    const text = m.replace(coded, " ");
    const list = [...new Set(split(text))];
    for (const w of list) known.set(w, (known.get(w) ?? 0) + 1);
    return { row, codes: has, words: list, pairs: pairs(text), mail: ofMail.test(m) };
  }));
  const weigh = (list) => list.reduce((sum, w) => sum + (w.length < 3 ? .2 : 1) / Math.sqrt(known.get(w) ?? 1), 0);

  function rowOf(n) {
    const [url, title, , cells, labels] = rows[n];
    return {
      url, title,
      card() {
        const li = document.createElement("div");
        li.className = "card";
        cells.forEach((cell, i) => {
          const p = document.createElement("p");
          if (i) p.dataset.label = labels[i - 1] ?? "";
          p.innerHTML = cell; // the site's own page, as it was built
          for (const a of p.querySelectorAll("a[href^='#']")) a.href = url.split("#")[0] + a.getAttribute("href");
          li.append(p);
        });
        return li;
      },
    };
  }

  // find gives the rows that fit a text, the best first, and the code that no
  // table has.
  function find(text) {
    const asked = split(text);
    const set = new Set(asked);
    const last = asked.at(-1) ?? "";
    const has = (w) => set.has(w) || (last.length > 2 && w.startsWith(last));
    const beside = new Set(pairs(text));
    const given = codes(text);
    let special = [...given].filter((c) => !general(c));
    const exact = special.filter((c) => /[.x]/.test(c)); // says more than the number before it
    if (exact.length) special = exact;
    // The words of every program, in a text that is about something else.
    const around = split(text.replace(coded, " "));
    const others = around.some((w) => w.length > 3 && !common.has(w) && !said.has(w));
    const foreign = !ofMail.test(text) && !given.size;
    if (foreign && ofOthers.test(text)) return { rows: [], at: [] };
    const long = (m) => around.length >= 2 * m.words.length;
    const elsewhere = (m) => (m.words.every((w) => common.has(w)) ?
      (exact.length ? around.length >= 3 * m.words.length : !ofMail.test(text) && ![...given].some((c) => m.codes.has(c)) && (others || long(m))) :
      foreign && m.words.length > 1 && m.words.length < 4 && long(m));
    const fits = all.map((m) => {
      const common = m.words.filter(has);
      const part = m.words.length ? weigh(common) / weigh(m.words) : 0;
      // The same words in another order are another message.
      const order = m.pairs.length ? m.pairs.filter((p) => beside.has(p)).length / m.pairs.length : 1;
      return { ...m, common, part, order };
    });
    const byCode = fits.filter((m) => special.some((c) => m.codes.has(c)));
    let best;
    let unknown;
    if (byCode.length) {
      const said = fits.filter((m) => m.words.length > 2 && m.part > .99 && !byCode.includes(m)); // the text of another row, word for word
      best = [...byCode, ...said].map((m) => ({ ...m, fit: 2 + m.part + m.codes.size / 100 + (m.part > .99 ? m.words.length / 100 : 0) }));
    } else {
      const whole = fits.filter((m) => (m.words.length > 1 || m.words[0]?.length > 9 && (asked.length === 1 || set.has(m.words[0]))) && !elsewhere(m) && m.part >= (special.length || m.words.length < 4 || foreign ? .99 : enough) && m.order >= (m.words.length < 4 ? .99 : .45) && m.common.some((w) => w.length > 2));
      if (special.length) unknown = special[0];
      best = whole.map((m) => ({ ...m, fit: m.part + weigh(m.common) / 100 + ([...given].some((c) => m.codes.has(c)) ? .3 : 0) }));
      if (!best.length && !special.length && asked.length > 1) { // a piece of a message
        const begun = [...known.keys()].some((w) => w.startsWith(last)); // the last word may be half of one
        const of = (m) => weigh([...set].filter((w) => m.words.includes(w))) / weigh([...set].filter((w) => m.words.includes(w) || !begun || w !== last));
        const lacks = (m) => [...set].filter((w) => w.length > 2 && !m.common.some((x) => x.startsWith(w))).length;
        best = fits.filter((m) => m.common.filter((w) => w.length > 2).length > 1 && !m.common.every((w) => common.has(w)) && of(m) >= .8 && lacks(m) <= (set.size > 4)).map((m) => ({ ...m, fit: m.part }));
      }
      if (!best.length && given.size && !special.length) unknown = [...given][0];
      if (best.length && special.length) unknown = undefined;
    }
    best.sort((a, b) => b.fit - a.fit || a.row - b.row);
    const top = best[0]?.fit ?? 0;
    const seen = [...new Set(best.filter((m) => m.fit > top - .35).map((m) => m.row))].slice(0, 3);
    return { rows: seen.map(rowOf), at: seen, unknown: unknown?.toUpperCase().replace(/^0X/, "0x") };
  }
  return { find, rows };
}
