// Package input is the wing of what authors write. Bytes of the site's folder go
// in; out come typed values, each kind of file read by one package, and findings
// with their positions. scan finds the files, notify says when to look again,
// tomlfile reads TOML with positions; config, mail, content, markdown and i18n
// each read one kind of file. Nothing here knows what a site looks like.
package input
