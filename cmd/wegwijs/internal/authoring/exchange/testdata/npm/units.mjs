// Reads XLIFF 2 files and prints, as JSON, what each has: the source and the
// target of each unit, with what a placeholder stands for in its place.
import { readFileSync } from 'node:fs'
import { xliff2js } from 'xliff'

const named = (elements, name) => (elements ?? []).filter((e) => e.name === name)
function unit(u) {
  const data = new Map(named(u.additionalElements, 'originalData').flatMap((o) => named(o.elements, 'data')).map((d) => [d.attributes.id, d.elements.map((e) => e.text).join('')]))
  const text = (t) => [t ?? ''].flat().map((x) => (typeof x === 'string' ? x : data.get(x.Standalone.dataRef))).join('')
  return [text(u.source), text(u.target)]
}
const files = []
for (const name of process.argv.slice(2)) {
  const { resources } = await xliff2js(readFileSync(name, 'utf8'))
  files.push(Object.values(resources).flatMap((r) => Object.values(r).map(unit)))
}
console.log(JSON.stringify(files))
