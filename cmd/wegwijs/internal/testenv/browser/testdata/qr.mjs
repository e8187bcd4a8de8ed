// Compares the site's QR writer with the npm package qrcode. Arguments: the
// site's module and the package's; input: a JSON list of texts. Output: a JSON
// list with, for each, {version, mask, ours, theirs}: the modules as "0" and
// "1", theirs with the mask that ours has.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";

const [, , site, other] = process.argv;
const { matrix } = await import(pathToFileURL(site));
const theirs = createRequire(import.meta.url)(other);

// The mask is in the format bits beside the first finder pattern.
const maskOf = (m) => ((m[8][2] << 2) | (m[8][3] << 1) | m[8][4]) ^ 0b101;

const out = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  const ours = matrix(text);
  const mask = maskOf(ours);
  const segments = [{ data: new TextEncoder().encode(text), mode: "byte" }];
  const rows = (q) => Array.from({ length: q.modules.size }, (_, y) => Array.from({ length: q.modules.size }, (_, x) => (q.modules.get(y, x) ? 1 : 0)).join(""));
  const q = theirs.create(segments, { errorCorrectionLevel: "M", maskPattern: mask });
  return { version: q.version, mask, ours: ours.map((r) => r.join("")), theirs: rows(q) };
});
console.log(JSON.stringify(out));
