// Package deliver is the wing of what is done with a state of the site: output
// writes it to a folder, preview keeps the states of a site that is edited and
// serve shows them in a browser, publish brings a release to its target. Nothing
// here knows how a page is made.
package deliver
