// Package pages is the wing of what readers and programs get. The site and the
// mail record go in; out come the files of the file set: pages through layout and
// render, mail files through forms, and the rules for web servers. A file is made
// when it is asked for. What readers of a page stumble over is found by plain. Nothing here knows where files go.
package pages
