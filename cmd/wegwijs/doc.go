// Wegwijs builds multilingual help centres from Markdown.
//
// # The plan of the house
//
// A site flows through wings, from what authors write to what readers get; in
// each wing, packages are named for what they yield:
//
//	diag                findings: positions, codes, their explanations, printers
//	fileset             what a build makes: files, the set, the manifest
//	lazyregexp          patterns that are compiled when they are first used
//	input               what authors write
//	  builtin           the program's own theme, strings and pages, under a site's files
//	  scan              the input files, and what changed among them
//	  notify            hints that something changed
//	  tomlfile          TOML with positions
//	  config            site.toml, checked
//	  mail              the record of mail servers
//	  content           pages: front matter
//	  markdown          pages: a text's HTML, its Markdown copy and its blocks
//	  i18n              interface strings, plurals, dates
//	site                addresses, sections, translations, fallbacks, redirects
//	  freshness         what changed in a text since its translations were made
//	pages               what readers and programs get
//	  layout            templates with typed data, checked before use; assets
//	  pictures          pictures as files: their size, and their smaller form
//	  settings          the rows and values of the record, as readers see them
//	  plain             the language of pages: what readers stumble over
//	  render            the file set: pages and all that programs read
//	  forms             the files that mail programs read
//	  search            the index in which the browser searches
//	  webserver         the rules for web servers
//	state               one state of a site, from a folder; the next one from the last
//	deliver             what is done with a state
//	  output            writes the file set
//	  preview           the states of a site that is edited
//	  serve             HTTP for the preview
//	  publish           brings a release to a target
//	verify              asks the mail servers whether the record is true
//	  links             asks other sites whether the pages are there that links lead to
//	authoring           what helps authors begin
//	  eject             copies of built-in files, and where they came from
//	  exchange          pages for translation programs, and back
//	  importer          the pages of other programs, in ours
//	  lsp               what editors ask while somebody types
//	  manual            the pages of wegwijs help
//	  scaffold          the first files of a site, and of a page
//	testenv             what the tests of several packages share
//
// This package joins them and is otherwise a translation of flags to calls.
//
// # Words
//
//	page         one text at one address in one language; its id is its path below the language's folder
//	section      a page that has others below it; its file is index.md
//	locale       the site in one language
//	fallback     a page that is shown from another language; alternate: a translation of a page, for hreflang
//	slug         the part of an address that a page chooses; alias: an old address of it
//	record       the mail servers in site.toml; row: one of them; product: one kind of mailbox
//	form         a file that mail programs read
//	setting      one value of the record, as pages show it
//	finding      what is wrong, with a code, a place and a hint
//	block        a piece of a page that stands by itself; unit: one that is translated
//	stamp        names the text that a translation was made from; base: the copy of that text
//	file set     all that a build makes; manifest: its list; release: one published file set
//	target       where a release goes
//	state        what a site was at one moment; view: a state as the preview shows it
//	layer        the built-in files, or those of a site over them
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
//   - What watch shows is, byte for byte, what build would write, but for the
//     smaller forms of pictures, which only builds and releases have: their
//     files, and the elements that name them.
package main
