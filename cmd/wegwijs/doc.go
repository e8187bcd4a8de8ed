// Wegwijs builds multilingual help centres from Markdown.
//
// # The stages
//
// A site flows through packages that are named for what they yield:
//
//	folder   → scan     the input files and what changed among them
//	site.toml → config  one checked configuration; mail: the record of servers
//	content/ → content  front matter;  markdown: a text's HTML and its copy
//	i18n/    → i18n     interface strings, plurals, dates
//	layouts/ → layout   templates with typed data, checked before use; assets
//	         → site     addresses, sections, translations, fallbacks, redirects
//	         → render   the file set: pages and all that programs read; forms: the mail files;
//	                    search: the index in which the browser searches; webserver: the rules
//	         → build    one state of the site, from a folder; the next one from the last
//	         → output   the file set written, or made file by file
//
// build writes a file set, check reads it, watch serves it (packages
// watch: hints; live: states; serve: HTTP) and publish ships it. None of these
// knows another; this package joins them and is otherwise a translation of
// flags. verify asks the mail servers whether the record is true. What the tests
// of several packages work with is in lab; browser has tests only.
//
// # What always holds
//
//   - Imports go one way; TestImports has the graph.
//   - An author's mistake is a diag.Diagnostic with a place and a way out; all
//     are reported in one run, in order. An error means that the work itself
//     could not be done.
//   - The same input gives the same bytes, whatever the clock, the machine or
//     the order of goroutines.
//   - With a mistake anywhere nothing is written. Files are written whole, and
//     only files that a build wrote are ever deleted.
//   - A state of a site is never changed; an edit gives a new one.
//   - What watch shows is, byte for byte, what build would write.
package main
