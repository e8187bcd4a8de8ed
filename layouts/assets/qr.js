// A QR code (ISO/IEC 18004) as an SVG element: bytes, error correction M, the
// smallest version that holds the text. Written for this site; only what is
// needed here, which is why there are no other modes.

// Data for correction level M, by version: bytes of correction in each block,
// and the number of blocks.
const ecc = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const blocks = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];

// GF(256) with the polynomial x^8 + x^4 + x^3 + x^2 + 1.
function times(a, b) {
  let p = 0;
  for (let i = 7; i >= 0; i--) p = (p << 1) ^ ((p >> 7) * 0x11d) ^ (((b >> i) & 1) * a);
  return p;
}

// remainder gives the n bytes of Reed-Solomon correction for data.
function remainder(data, n) {
  const divisor = Array(n).fill(0);
  divisor[n - 1] = 1;
  for (let i = 0, root = 1; i < n; i++, root = times(root, 2)) {
    for (let j = 0; j < n; j++) divisor[j] = times(divisor[j], root) ^ (divisor[j + 1] ?? 0);
  }
  const rest = Array(n).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    divisor.forEach((d, i) => { rest[i] ^= times(d, factor); });
  }
  return rest;
}

// rawBits is how many bits a version holds in all.
function rawBits(version) {
  let n = (16 * version + 128) * version + 64;
  if (version > 1) {
    const align = Math.floor(version / 7) + 2;
    n -= (25 * align - 10) * align - 55;
    if (version > 6) n -= 36;
  }
  return n;
}

const capacity = (version) => (rawBits(version) >> 3) - ecc[version] * blocks[version];

// codewords gives the bytes of the symbol: data and correction, interleaved.
function codewords(bytes, version) {
  const bits = [];
  const put = (value, n) => { for (let i = n - 1; i >= 0; i--) bits.push((value >> i) & 1); };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const b of bytes) put(b, 8);
  const room = capacity(version) * 8;
  put(0, Math.min(4, room - bits.length));
  put(0, -bits.length & 7);
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) put(pad, 8);
  const data = [];
  bits.forEach((bit, i) => { data[i >> 3] = (data[i >> 3] << 1) | bit; });

  const n = blocks[version];
  const raw = rawBits(version) >> 3;
  const short = Math.floor(raw / n) - ecc[version];
  const rows = [];
  for (let i = 0, at = 0; i < n; i++) {
    const size = short + (i < n - (raw % n) ? 0 : 1);
    const row = data.slice(at, (at += size));
    rows.push({ row, fix: remainder(row, ecc[version]) });
  }
  const out = [];
  for (let i = 0; i <= short; i++) for (const { row } of rows) if (i < row.length) out.push(row[i]);
  for (let i = 0; i < ecc[version]; i++) for (const { fix } of rows) out.push(fix[i]);
  return out;
}

// bch gives value with its check bits.
function bch(value, bits, polynomial) {
  let rest = value;
  for (let i = 0; i < bits; i++) rest = (rest << 1) ^ ((rest >> (bits - 1)) * polynomial);
  return (value << bits) | rest;
}

const masks = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2, (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

// penalty is how hard a symbol is to read, after the standard's four rules.
function penalty(m) {
  const size = m.length;
  let score = 0;
  let dark = 0;
  for (const turned of [false, true]) {
    for (let y = 0; y < size; y++) {
      let line = "";
      for (let x = 0; x < size; x++) line += turned ? m[x][y] : m[y][x];
      for (const run of line.match(/0{5,}|1{5,}/g) ?? []) score += run.length - 2;
      const wide = `0000${line}0000`;
      for (let i = 0; i < size; i++) {
        const part = wide.slice(i, i + 11);
        if (part === "00001011101" || part === "10111010000") score += 40;
      }
      if (!turned) dark += line.split("1").length - 1;
    }
  }
  for (let y = 1; y < size; y++) {
    for (let x = 1; x < size; x++) {
      if (m[y][x] === m[y][x - 1] && m[y][x] === m[y - 1][x] && m[y][x] === m[y - 1][x - 1]) score += 3;
    }
  }
  return score + 10 * Math.floor(Math.abs((dark * 20) / (size * size) - 10));
}

// matrix gives the rows of modules, 1 for dark.
export function matrix(text) {
  const bytes = [...new TextEncoder().encode(text)];
  let version = 1;
  while (version < 21 && bytes.length + (version < 10 ? 2 : 3) > capacity(version)) version++;
  if (version > 20) throw new RangeError("too long for a QR code");
  const size = version * 4 + 17;
  const m = Array.from({ length: size }, () => Array(size).fill(0));
  const fixed = Array.from({ length: size }, () => Array(size).fill(false));
  const set = (x, y, dark) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    m[y][x] = dark ? 1 : 0;
    fixed[y][x] = true;
  };

  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
    for (let dy = -4; dy <= 4; dy++) {
      for (let dx = -4; dx <= 4; dx++) {
        const far = Math.max(Math.abs(dx), Math.abs(dy));
        set(cx + dx, cy + dy, far !== 2 && far !== 4);
      }
    }
  }
  if (version > 1) {
    const count = Math.floor(version / 7) + 2;
    const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
    const at = [6];
    for (let p = size - 7; at.length < count; p -= step) at.splice(1, 0, p);
    for (const cy of at) {
      for (const cx of at) {
        if ((cx === 6 && (cy === 6 || cy === size - 7)) || (cy === 6 && cx === size - 7)) continue;
        for (let dy = -2; dy <= 2; dy++) {
          for (let dx = -2; dx <= 2; dx++) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
        }
      }
    }
  }
  const info = (mask) => {
    const bits = bch(mask, 10, 0x537) ^ 0x5412; // level M is 00
    for (let i = 0; i < 15; i++) {
      const bit = (bits >> i) & 1;
      if (i < 8) set(size - 1 - i, 8, bit);
      else set(8, size - 15 + i, bit);
      if (i < 6) set(8, i, bit);
      else if (i < 8) set(8, i + 1, bit);
      else if (i === 8) set(7, 8, bit);
      else set(14 - i, 8, bit);
    }
    set(8, size - 8, true);
  };
  info(0);
  if (version > 6) {
    const bits = bch(version, 12, 0x1f25);
    for (let i = 0; i < 18; i++) {
      const a = size - 11 + (i % 3);
      const b = Math.floor(i / 3);
      set(a, b, (bits >> i) & 1);
      set(b, a, (bits >> i) & 1);
    }
  }

  const words = codewords(bytes, version);
  let i = 0;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (!fixed[y][x]) {
          m[y][x] = ((words[i >> 3] ?? 0) >> (7 - (i & 7))) & 1;
          i++;
        }
      }
    }
  }

  const apply = (mask) => {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) if (!fixed[y][x] && masks[mask](x, y) === 0) m[y][x] ^= 1;
    }
  };
  let best = 0;
  let least = Infinity;
  for (let mask = 0; mask < 8; mask++) {
    apply(mask);
    info(mask);
    const score = penalty(m);
    if (score < least) [best, least] = [mask, score];
    apply(mask); // off again
  }
  apply(best);
  info(best);
  return m;
}

// qr gives the code as an image with its four modules of quiet around it.
export function qr(text, alt) {
  const m = matrix(text);
  const size = m.length + 8;
  const make = (name, attributes) => {
    const e = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    return e;
  };
  let path = "";
  m.forEach((row, y) => row.forEach((dark, x) => { if (dark) path += `M${x + 4} ${y + 4}h1v1h-1z`; }));
  const svg = make("svg", { viewBox: `0 0 ${size} ${size}`, width: 280, height: 280, role: "img", "aria-label": alt, "shape-rendering": "crispEdges" });
  svg.append(make("path", { fill: "#fff", d: `M0 0h${size}v${size}H0z` }), make("path", { fill: "#000", d: path }));
  return svg;
}
