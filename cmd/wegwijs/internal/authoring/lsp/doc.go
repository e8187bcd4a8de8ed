// Package lsp tells editors what is wrong with a site while somebody types, and
// what can stand where the cursor is. It speaks the Language Server Protocol 3.17
// (microsoft.github.io/language-server-protocol) over a pair of streams.
//
// The texts that an editor has open lie over the files of the site, see
// [overlay]; what becomes of them is found by the states of the preview, so that
// findings are those of check, and an edit costs one page. Everything else that
// an editor asks is answered from the present state and the text of one file.
package lsp
