package browser

import (
	"encoding/json"

	"github.com/chromedp/cdproto/accessibility"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// axRoles counts the roles in the tree that screen readers get.
func axRoles(b *tab) map[string]int {
	b.t.Helper()
	roles := map[string]int{}
	for _, n := range testenv.Call(b.Tab, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		var role string
		if err := json.Unmarshal(n.Role.Value, &role); err != nil {
			b.t.Fatal(err)
		}
		roles[role]++
	}
	return roles
}
