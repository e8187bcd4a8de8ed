package render

import (
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/site"
)

// Seen has f called with each text that is made from now on.
func (r *Renderer) Seen(f func(p *site.Page, facts *markdown.Facts, html string)) { r.seen = f }
