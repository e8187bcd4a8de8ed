// Package authoring is the wing of what helps authors begin: a new site and a
// new page (scaffold). It writes files of a site and never over one that is
// there.
package authoring
