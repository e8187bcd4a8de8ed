// Package layouts holds the theme that the program brings: templates,
// directives, style sheets, scripts and icons. They lie under a site's own
// files, see package builtin. Where this file stands beside them, the files on
// disk are the theme.
package layouts

import "embed"

// Files are the files of this folder, with this one.
//
//go:embed *
var Files embed.FS
