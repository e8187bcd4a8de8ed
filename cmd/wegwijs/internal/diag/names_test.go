package diag

import (
	"fmt"
	"testing"
)

// Among few names the nearest is that of all; among many it is found by its
// beginning or its end.
func TestNames(t *testing.T) {
	few := []string{"e-mail/imap", "e-mail/pop", "index", "e-mail/smtp", "over"}
	var many []string
	for i := range 5000 {
		many = append(many, fmt.Sprintf("rubriek-%d/pagina-%d", i%70, i))
	}
	for _, c := range []struct {
		name string
		all  []string
		want string
	}{
		{"e-mail/impa", few, "e-mail/imap"}, {"ovre", few, "over"}, {"E-Mail/POP", few, "e-mail/pop"}, {"iets anders", few, ""}, {"x", nil, ""},
		{"rubriek-12/pagina-12x", many, "rubriek-12/pagina-12"}, {"rubirek-12/pagina-12", many, "rubriek-12/pagina-12"}, {"rubriek-3/pagnia-3", many, "rubriek-3/pagina-3"}, {"nergens", many, ""},
	} {
		n := NewNames(c.all)
		if got := n.Nearest(c.name); got != c.want {
			t.Errorf("%q among %d: got %q, want %q", c.name, len(c.all), got, c.want)
		}
		if len(c.all) <= around && Nearest(c.name, c.all) != n.Nearest(c.name) {
			t.Errorf("%q: not what Nearest finds", c.name)
		}
	}
}

// A look costs the same, however many names there are.
func BenchmarkNames(b *testing.B) {
	for _, n := range []int{1000, 100000} {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf("rubriek-%d/pagina-%d", i%70, i))
		}
		names := NewNames(all)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				names.Nearest("rubriek-12/pagnia-1234")
			}
		})
	}
}
