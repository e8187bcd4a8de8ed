// Package browser proves the site in a real browser. It holds tests only: they
// build this repository's help centre with the program itself, serve it on
// loopback at its own address with the response headers that the build wrote,
// and look at every page of every language in Chromium. What readers do (choose,
// copy, search, paste an error message, type their address, read offline, print)
// is done in Firefox and in WebKit too, by the same tests: see inEngines.
//
// They need Chromium, Firefox, WebKitGTK's driver with Xvfb, and for some of them Node, Java and the npm packages of
// testdata/npm (run npm ci there). What is missing is skipped with a line that
// says so; with CI=true in the environment it fails instead.
//
// WEGWIJS_SITE=DIR looks at a copy of the site instead, such as a provider's own.
// WEGWIJS_SHOTS=DIR makes TestScreenshots write pictures of the main pages,
// and WEGWIJS_LIGHTHOUSE=1 runs Lighthouse outside CI too.
package browser
