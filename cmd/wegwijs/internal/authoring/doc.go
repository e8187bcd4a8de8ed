// Package authoring is the wing of what makes files in a site for its authors: a
// new site and a new page (scaffold), and built-in files that a site makes its
// own (eject). It writes into the folder of the site and never over a file that
// is there.
package authoring
