// Finds pages in the index of one language. All that is known of the language
// comes with the index (package search of the program makes it, and doc.go
// there says how); nothing here is sent anywhere.

const special = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ł: "l", ð: "d", þ: "th", ı: "i" };

export const fold = (text) => text.toLowerCase().normalize("NFKD")
  .replace(/[\p{M}'’‘`\u00ad\u200b\u2060]/gu, "").replace(/[‐‑–—]/g, "-").replace(/[ßæœøđłðþı]/g, (c) => special[c]);

const digits = (s) => /^\d+$/.test(s);

// tokens gives what stands without a space between; words takes one apart as
// the program does.
export const tokens = (folded) => folded.match(/[\p{L}\p{N}]+(?:[.@_-][\p{L}\p{N}]+)*/gu) ?? [];

export function words(token) {
  if (/[.@_]/.test(token)) return [token, ...token.split(/[.@_-]/).filter((p) => p.length > 1 && !digits(p))];
  const parts = token.split("-");
  const list = [];
  for (let i = 0; i < parts.length; i++) {
    let p = parts[i];
    while (i + 1 < parts.length && (p.length <= 2 || parts[i + 1].length <= 2) && !digits(p) && !digits(parts[i + 1])) p += parts[++i];
    list.push(p);
  }
  return list;
}

const list = (text) => (text ?? "").split(/\s+/).filter(Boolean);

// stemmer applies the rules of a language; it is the same as stem.go.
export function stemmer(rules) {
  const pairs = (text) => new Map(list(text).map((p) => p.split("=")));
  const irregular = pairs(rules.irregular);
  const roots = pairs(rules.roots);
  const keep = list(rules.keep);
  const particles = [...list(rules.particles), ""];
  const ends = list(rules.ends);
  const final = list(rules.final);
  const vowels = (w) => /[aeiouy]/.test(w) || w > "\x7f";
  const undouble = (w) => w.replace(/([a-z])\1+/g, (all, c) => (rules.double?.includes(c) ? c : all));
  function strong(w) {
    for (const p of particles) {
      if (!w.startsWith(p)) continue;
      const rest = w.slice(p.length);
      const ge = rules.ge && rest.startsWith(rules.ge);
      const to = (ge && (p || rest !== "gegeven") && roots.get(rest.slice(rules.ge.length))) || (p && roots.get(rest));
      if (to) return p + to;
    }
    return w;
  }
  function participle(w) {
    if (!rules.ge) return w;
    for (const p of particles) {
      const rest = w.slice(p.length + rules.ge.length);
      if (!w.startsWith(p + rules.ge) || rest.length < 4) continue;
      if (keep.some((k) => w.startsWith(k, p.length))) return w;
      if (ends.some((e) => rest.endsWith(e) && vowels(rest.slice(0, -e.length)))) return p + rest;
    }
    return w;
  }
  const length = (w) => new TextEncoder().encode(w).length;
  return function stem(w) {
    w = irregular.get(w) ?? w;
    if (length(w) < 4 || /[0-9.@_]/.test(w)) return w;
    w = undouble(participle(strong(w)));
    for (const [suffix, to, min] of rules.rules ?? []) {
      const left = w.slice(0, w.length - suffix.length);
      if (w.endsWith(suffix) && length(left) >= min && vowels(left)) w = undouble(left + to);
    }
    w = undouble(w);
    for (const [from, to] of final) if (w.length > 3 && w.endsWith(from)) w = w.slice(0, -1) + to;
    return w;
  };
}

// numbers reads what the program wrote with number: its signs are those of ASCII
// without the quote and the backslash.
function numbers(text) {
  const out = [];
  let n = 0;
  let unit = 1;
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    const c = k - 33 - (k > 34) - (k > 92);
    n += c * unit;
    unit *= 30;
    if (c < 62) {
      out.push(n);
      [n, unit] = [0, 1];
    }
  }
  return out;
}

function shard({ keys, pages }) {
  let before = "";
  const all = (keys.match(/[A-Z][^A-Z]*/g) ?? []).map((k) => (before = before.slice(0, k.charCodeAt(0) - 65) + k.slice(1)));
  const posts = pages.split(" ");
  return { keys: all, at: new Map(all.map((k, i) => [k, i])), posts };
}

// distance is how many letters two words differ in, a swap of neighbours being
// one; more than most is most + 1.
export function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let two = [];
  let one = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(one[j] + 1, row[j - 1] + 1, one[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], two[j - 2] + 1);
      least = Math.min(least, row[j]);
    }
    if (least > most) return most + 1;
    [two, one] = [one, row];
  }
  return one[b.length];
}

const typos = (w) => (w.length < 4 || /\d/.test(w) ? 0 : w.length < 7 ? 1 : 2);

// What a way of finding is worth. These numbers, and those of find below, were
// found by trying, on the queries of the program's testdata that are not kept
// apart.

const results = 8;
const order = (a, b) => b.score - a.score || a.n - b.n;
const worth = { exact: 1, joined: .69, same: .82, other: .76, wide: .7, begin: .45, typo: [1, .7, .45] };

export async function open(url) {
  const { default: main } = await import(url);
  const file = (name) => import(url.replace(/\.js$/, `-${name}.js?${main.version}`)).then((m) => m.default);
  const { count, levels, rules, cuts, block } = main;
  const stem = stemmer(rules);
  const [stop, weak, whole, short, common] = ["stop", "weak", "whole", "short", "common"].map((k) => new Set(list(rules[k])));
  const links = ["", ...list(rules.links)];
  const known = new Map();

  // Synonyms, by the phrase: the keys of each and its worth. The first phrase of
  // a group is what the pages say; it is worth more than another that people do.
  const same = new Map();
  const loose = new Map(); // phrases less their small words: "outlook op telefoon" is "telefoon outlook"
  const telling = (phrase) => phrase.split(" ").filter((k) => !stop.has(k));
  for (const group of main.same) {
    const [from, to] = group.split(">").map((side) => side.split("|"));
    // One word is left of "postvak uit", which means something else by itself.
    const means = (to ?? from).filter((p) => telling(p).length > (p.includes(" ") ? 1 : 0));
    for (const p of from) {
      same.set(p, [...(same.get(p) ?? []), ...means.filter((q) => q !== p).map((q) => [telling(q), to ? worth.wide : q === means[0] ? worth.same : worth.other])]);
      if (telling(p).length > 1) loose.set(telling(p).sort().join(" "), p);
    }
  }

  const shards = [];
  const blocks = [];
  if (main.words) shards[0] = Promise.resolve(shard(main.words));
  if (main.pages) blocks[0] = Promise.resolve(main.pages);
  // part gives the shard in which a key is, or would be.
  function part(key) {
    let i = 0;
    while (cuts && i + 1 < cuts.length && cuts[i + 1] <= key) i++;
    return (shards[i] ??= file("w" + i).then(shard));
  }
  const has = async (key) => (await part(key)).at.has(key);
  const page = async (n) => (await (blocks[Math.floor(n / block) || 0] ??= file("p" + Math.floor(n / block))))[block ? n % block : n];

  // posts gives the pages of a key, in order: their numbers, levels and sections.
  async function posts(key) {
    if (known.has(key)) return known.get(key);
    const s = await part(key);
    const i = s.at.get(key);
    const out = { n: [], v: [], at: [], level: [] };
    if (i !== undefined) {
      let n = -1;
      const all = numbers(s.posts[i]);
      for (let j = 0; j < all.length; j += 2) {
        out.n.push(n += all[j] + 1);
        out.level.push(all[j + 1] % levels.length);
        out.v.push(levels[out.level.at(-1)]);
        out.at.push(Math.floor(all[j + 1] / levels.length));
      }
    }
    known.set(key, out);
    return out;
  }

  // both gives the pages that have two keys, where neither is only mentioned.
  function both(a, b, least) {
    const out = { n: [], v: [], at: [] };
    for (let i = 0, j = 0; i < a.n.length && j < b.n.length;) {
      if (a.n[i] < b.n[j]) i++;
      else if (a.n[i] > b.n[j]) j++;
      else {
        const v = Math.min(a.v[i], b.v[j]);
        if (v > least) {
          out.n.push(a.n[i]);
          out.v.push(v * 1.1);
          out.at.push(a.v[i] > b.v[j] ? b.at[j] : a.at[i]);
        }
        i++;
        j++;
      }
    }
    return out;
  }

  // means says whether a stem is a word that the index has, or has another for.
  const means = async (key) => same.has(key) || has(key);

  // together says whether two parts are there by more than chance: they are
  // long, or have synonyms, or a page is about both.
  async function together(a, b) {
    if (!(await means(a))) return false;
    if ((a.length > 5 && b.length > 5) || (same.has(a) && same.has(b))) return true;
    return both(await posts(a), await posts(b), 1).n.length > 0;
  }

  // parts takes a compound apart into words that the index has, the longest last
  // one first: serverinstellingen is asked as server instellingen.
  async function parts(w) {
    if (links.length < 2 || w.length < 7 || whole.has(w) || /\d/.test(w)) return null;
    for (let i = 3; i <= w.length - 3; i++) {
      const last = w.slice(i);
      if ((last.length < 4 && !short.has(last)) || stop.has(last) || !(await means(stem(last)))) continue;
      for (const link of links) {
        const head = w.slice(0, i - link.length);
        if (!w.slice(0, i).endsWith(link) || head.length < 3 || stop.has(head)) continue;
        if (await together(stem(head), stem(last))) return [head, last];
        const more = head.length > 6 && (await parts(head));
        if (more) return [...more, last];
      }
    }
    return null;
  }

  // split takes a word apart that the index lacks: a compound, unless it is a
  // word with a letter wrong (wachwoord), or letters and digits (outlook2021).
  async function split(w) {
    if (stop.has(w) || same.has(stem(w)) || (await has(stem(w))) || (await begins(stem(w), 1)).length) return [w];
    const [, letters, number] = /^(\p{L}{3,})(\d+)$/u.exec(w) ?? [];
    if (letters) return [letters, number];
    if (w.length > 7 && (await like(stem(w))).some(([, q]) => q === worth.typo[1])) return [w];
    return (await parts(w)) ?? [w];
  }

  // apart gives the words of a query.
  async function apart(query) {
    const list = [];
    for (const w of tokens(fold(query)).flatMap((t) => (/[.@_]/.test(t) ? [t] : words(t))).slice(0, 24)) list.push(...(await split(w)));
    return list;
  }

  async function begins(key, few) {
    const s = await part(key);
    const found = [];
    let i = s.keys.findIndex((k) => k >= key);
    for (; i >= 0 && i < s.keys.length && s.keys[i].startsWith(key) && found.length < few; i++) if (!s.keys[i].endsWith("^")) found.push(s.keys[i]);
    return found;
  }

  async function like(w) {
    const most = typos(w);
    if (!most) return [];
    let best = most;
    let found = [];
    for (const k of (await part(w)).keys) {
      if (k.length < 4 || k.includes("^") || (cuts || w.length < 6 ? k[0] !== w[0] : k[0] !== w[0] && k[1] !== w[1] && k[0] !== w[1])) continue;
      const d = distance(w, k, best);
      if (d > best || (d === 2 && k[0] !== w[0])) continue;
      if (d < best) found = [];
      best = d;
      found.push(k);
    }
    return found.slice(0, 6).map((k) => [k, worth.typo[best]]);
  }

  // ideas turns a query into what is looked for: for each word the keys that
  // may stand for it, each with its worth. A way is one or more keys that must
  // all be on a page.
  async function ideas(query, typing) {
    const raw = await apart(query);
    let asked = raw.map((w, at) => ({ w, at })).filter(({ w }) => !stop.has(w));
    const empty = !asked.length;
    if (empty) asked = raw.filter((w) => w.length > 1).map((w, at) => ({ w, at }));
    const stems = asked.map(({ w }) => stem(w));
    const all = raw.map(stem);
    const list = [];
    for (const [i, { w, at }] of asked.entries()) {
      const s = stems[i];
      const ways = [];
      if (await has(s)) ways.push([[s], worth.exact]);
      const swap = (phrase, by = 1) => ways.push(...(same.get(phrase) ?? []).map(([k, q]) => [k, q * by, phrase.includes(" ")]));
      // A phrase may begin with words that say nothing: "doet het niet".
      for (let from = at; from === at || (from > at - 3 && from >= 0 && stop.has(raw[from])); from--) {
        for (let n = at - from + 1; n <= 4 && from + n <= all.length; n++) {
          const phrase = all.slice(from, from + n).join(" ");
          if (n > 1 && same.has(phrase)) {
            if (telling(phrase).length < 2) ways.length = 0; // "postvak uit" is no "postvak"
            asked[i].covers = asked.filter((a) => a.at >= at && a.at < from + n).length;
          }
          swap(phrase);
        }
      }
      const rest = [...stems.keys()].slice(i);
      const telltale = rest.filter((j) => j === i || !common.has(asked[j].w)); // "automatisch mails verplaatsen"
      for (const words of telltale.length < rest.length ? [rest, telltale] : [rest]) {
        for (let n = 2; n <= 4 && n <= words.length; n++) {
          const phrase = loose.get(words.slice(0, n).map((j) => stems[j]).sort().join(" "));
          if (!phrase) continue;
          swap(phrase);
          asked[i].covers = words[n - 1] - i + 1;
        }
      }
      const next = asked[i + 1];
      if (next && next.at === at + 1) {
        const joined = stem(w + next.w);
        if (await has(joined)) {
          ways.push([[joined], worth.joined]);
          next.joined = joined;
        }
        swap(joined);
      }
      if (asked[i].joined) ways.push([[asked[i].joined], worth.joined]);
      const last = typing && i === asked.length - 1;
      if (last || !ways.length) {
        for (const k of await begins(s, last ? 12 : 8)) {
          if (k !== s && s.length > 1) ways.push([[k], worth.begin * Math.max(.5, s.length / k.length)]);
        }
      }
      if (!ways.length && /[.@_]/.test(w)) for (const p of words(w).slice(1)) if (await has(stem(p)) && !stop.has(p)) ways.push([[stem(p)], .6]);
      if (!ways.length || (last && !(await has(s)) && s.length > 4)) {
        for (const [k, q] of await like(s)) {
          ways.push([[k], q]);
          if (q === worth.typo[1]) swap(k, q);
        }
      }
      const best = new Map(); // of the ways to the same keys
      for (const way of ways) {
        const id = way[0].join();
        const [k, q, phrase] = best.get(id) ?? way;
        best.set(id, [k, Math.max(q, way[1]), phrase || way[2]]);
      }
      list.push({ w, s, ways: [...best.values()], covers: asked[i].covers });
    }
    for (const [i, idea] of list.entries()) { // a phrase stands for all its words
      for (let j = 1; j < (idea.covers ?? 1); j++) list[i + j].ways.push(...idea.ways.filter((way) => way[2]));
    }
    return Object.assign(list, { raw, empty });
  }

  // weigh gives, by page, what it is worth for one idea, by which way and in
  // which section, and how many pages there are.
  async function weigh({ ways }) {
    const [v, q, at] = [new Float32Array(count), new Float32Array(count), new Uint16Array(count)];
    let size = 0;
    for (const [keys, worth] of ways) {
      let found = await posts(keys[0]);
      for (const k of keys.slice(1)) found = both(found, await posts(k), 1.5);
      found.n.forEach((n, i) => {
        const w = found.v[i] * worth;
        if (w <= v[n]) return;
        if (!v[n]) size++;
        v[n] = w;
        q[n] = worth;
        at[n] = found.at[i];
      });
    }
    return { v, q, at, size };
  }

  // sections gives the sections of a page, with their votes.
  function sections(n, list) {
    const votes = new Map();
    for (const { pages, rare } of list) if (pages.v[n]) votes.set(pages.at[n], (votes.get(pages.at[n]) ?? 0) + rare * pages.v[n]);
    return votes;
  }

  // fit says how much of a title is asked for, and how much of what is asked
  // stands in it.
  function fit(text, list) {
    const content = new Set(tokens(fold(text)).flatMap(words).filter((w) => !stop.has(w)).map(stem));
    const got = new Map();
    let [within, all] = [0, 0];
    for (const i of list) {
      let best = 0;
      const hit = (t, q) => {
        if (!content.has(t)) return false;
        got.set(t, Math.max(q, got.get(t) ?? 0));
        return true;
      };
      if (hit(i.s, 1)) best = 1;
      for (const [k, q] of i.ways) if (q >= .7 && k.filter((t) => hit(t, q)).length === k.length) best = Math.max(best, q);
      within += i.rare * best;
      all += i.rare;
    }
    return [[...got.values()].reduce((a, b) => a + b, 0) / (content.size || 1), within / all];
  }

  async function find(query, typing = true) {
    const list = await ideas(query, typing);
    const [score, part, top] = [new Float64Array(count), new Float64Array(count), new Float32Array(count)];
    const [hits, found, solid] = [new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
    let total = 0;
    for (const idea of list) {
      const pages = await weigh(idea);
      const own = idea.ways[0]?.[1] > .8 ? (await posts(idea.ways[0][0][0])).n.length : 0;
      const rare = Math.log(1 + count / ((own ? (own + pages.size) / 2 : pages.size) + .5)) + .15;
      idea.weight = pages.size ? 2 : 1.1; // a word that nothing is known of counts less
      total += idea.weight;
      Object.assign(idea, { pages, rare });
      const gain = rare ** 1.1 * 8;
      for (let n = 0; n < count; n++) {
        const v = pages.v[n];
        if (!v) continue;
        const q = pages.q[n];
        score[n] += gain * (v / (v + 15)) * q ** .5;
        part[n] += idea.weight * Math.min(1, q + .1);
        if (q >= .5) found[n]++;
        if (q >= .6) hits[n]++;
        if (q >= .75 && !weak.has(idea.w)) solid[n] = 1;
        if (v > top[n]) top[n] = v;
      }
    }
    // A page that has half of the words or fewer must be about one of them, and
    // one whose words are only like those asked for must have them all.
    let best = [];
    for (let n = 0; n < count; n++) {
      if (part[n] / total >= .3 && 3 * found[n] >= list.length && (solid[n] || found[n] === list.length) && ((hits[n] / list.length > .5 && !list.empty) || top[n] > 4)) best.push({ n, score: score[n] * (part[n] / total) ** .6 });
    }
    // What people ask for with these words, by the keywords of all pages; all of
    // the words in those of a page are enough to find it.
    const asked = new Float64Array(count);
    const whole = new Uint8Array(count);
    const telltale = new Set(list.map(({ s, ways }) => (ways[0]?.[1] === worth.typo[1] ? ways[0][0][0] : s)));
    let number = 0;
    for (const s of new Set([...telltale, ...list.raw.map(stem)])) {
      const { n, level } = await posts(s + "^");
      if (n.length) number++;
      n.forEach((page, i) => {
        asked[page] += level[i];
        whole[page] += telltale.has(s);
      });
    }
    if (!list.empty) whole.forEach((words, n) => { if (words === telltale.size && !best.some((s) => s.n === n)) best.push({ n, score: 2 }); });
    for (const s of best) s.score *= Math.exp(.2 * asked[s.n] / Math.sqrt(number || 1));
    best.sort(order);
    best = best.slice(0, results * 2);
    for (const s of best) s.at = sections(s.n, list);
    const asks = new Set((await answers(query, list)).map((t) => t[6]));
    for (const n of asks) if (!best.some((s) => s.n === n)) best.push({ n, score: score[n], at: score[n] ? sections(n, list) : new Map([[0, 1]]) });
    const pairs = (all) => new Set(all.map((w, i) => all[i - 1] + " " + w).slice(1)); // "of" and "naar" tell titles apart
    const beside = pairs(list.raw.map(stem));
    const out = [];
    for (const s of best) {
      const [url, title, description, lang, boost, sections] = await page(s.n);
      const votes = [...s.at.values()].reduce((a, b) => a + b, 0);
      let [at, most] = [0, -1];
      for (const [i, v] of s.at) {
        const w = v / votes + (i ? fit(sections[2 * i - 1], list)[1] / 2 : 0);
        if (w > most || (w === most && i < at)) [at, most] = [i, w];
      }
      const id = at ? sections[2 * at - 2] : "";
      const own = pairs(tokens(fold(title)).flatMap(words).map(stem));
      let s2 = s.score * (1 + 2 * [...own].filter((p) => beside.has(p)).length / (own.size + beside.size || 1));
      if (asks.has(s.n)) s2 = s2 * .8 + .7 * best[0].score;
      const [of, within] = fit(title, list);
      s2 *= 1 + .6 * (of * of + within + of * within);
      if (at) {
        const [of, within] = fit(sections[2 * at - 1], list);
        s2 *= 1 + .2 * within * (1 + of);
      }
      out.push({ url: id ? `${url}#${id}` : url, page: url, title, description, lang, heading: at ? sections[2 * at - 1] : "", score: s2 * boost * (lang ? .85 : 1), n: s.n });
    }
    out.sort(order);
    return { ideas: list, results: out.filter((r) => r.score > .2 * out[0].score).slice(0, results) };
  }

  // answers gives the settings tables that answer a query by themselves: all of
  // its words are in them, and one asks for a field or has a value of theirs.
  const tables = main.tables.map((table) => {
    const [protocol, , , , fields, more] = table;
    return { table, protocol, fields: new Set(fields.split(" ")), all: new Set([protocol, ...more.split(" "), ...fields.split(" ")]) };
  });
  async function answers(query, list) {
    list ??= await ideas(query, false);
    if (!list.length || list.length > 6) return [];
    const scored = tables.map(({ table, protocol, fields, all }) => {
      const stands = (set, { s, ways }) => set.has(s) || ways.some(([k, q]) => q >= .8 && k.every((x) => set.has(x)));
      const hits = list.filter((idea) => stands(all, idea)).length;
      const [asks, named] = [fields, new Set([protocol])].map((set) => list.some((idea) => stands(set, idea)));
      return { table, fit: asks && hits === list.length ? hits + named : 0 };
    });
    const best = Math.max(0, ...scored.map(({ fit }) => fit));
    return best ? scored.filter(({ fit }) => fit === best).map(({ table }) => table).slice(0, 3) : [];
  }

  // nearest gives words of titles and headings that are like those asked for.
  async function nearest(asked, far) {
    const all = new Map();
    for (let n = 0; n < Math.min(count, 200); n++) {
      const [, title, , , , sections] = await page(n);
      for (const w of [title, ...sections.filter((_, i) => i % 2)].join(" ").match(/[\p{L}\p{N}-]{4,}/gu) ?? []) if (!stop.has(fold(w))) all.set(fold(w), w.toLowerCase());
      if (block && n >= block) break;
    }
    return [...all].map(([f, w]) => [w, Math.min(...asked.map((a) => far(a, f, 3) / Math.max(a.length, f.length)))])
      .filter(([, d]) => d < .45).sort((a, b) => a[1] - b[1]).slice(0, 3).map(([w]) => w);
  }

  return { find, ideas, answers, nearest, stem, stop, main, page };
}
