// Package content holds the pages that the program brings, a folder for each
// language. They lie under a site's own files, see package builtin. Where this
// file stands beside them, the files on disk are those pages.
package content

import "embed"

// Files are the files of this folder, with this one.
//
//go:embed *
var Files embed.FS
