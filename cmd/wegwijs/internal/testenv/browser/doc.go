// Package browser proves the site in a real browser. It holds tests only: they
// build this repository's help centre with the program itself, serve it on
// loopback at its own address with the response headers that the build wrote,
// and look at every page of every language in Chromium.
//
// They need Chromium, and for some of them Node, Java and the npm packages of
// testdata/npm (run npm ci there). What is missing is skipped with a line that
// says so; with CI=true in the environment it fails instead.
//
// WEGWIJS_SITE=DIR looks at a copy of the site instead, such as a provider's own.
// WEGWIJS_SHOTS=DIR makes TestScreenshots write pictures of the main pages,
// and WEGWIJS_LIGHTHOUSE=1 runs Lighthouse outside CI too.
package browser
