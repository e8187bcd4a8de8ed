// Package i18n holds the interface strings that the program brings, a file for
// each language. They lie under a site's own files, see package builtin. Where
// this file stands beside them, the files on disk are those strings.
package i18n

import "embed"

// Files are the files of this folder, with this one.
//
//go:embed *
var Files embed.FS
