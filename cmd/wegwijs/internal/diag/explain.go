package diag

import (
	"maps"
	"slices"
)

// An Explanation says what a kind of finding is about. Its texts are sentences.
type Explanation struct {
	Title   string // what the finding is, in a few words
	Why     string // why it is one
	Remedy  string // what to do
	Example string // a text that gives the finding, as the author would write it; may be empty
}

// Codes returns every code, in order.
func Codes() []Code { return slices.Sorted(maps.Keys(explanations)) }

// Explain returns the explanation of the code in the language lang. One that is
// not in the list has its name for a title.
func (c Code) Explain(lang Lang) Explanation {
	e, ok := explanations[c]
	if !ok {
		return Explanation{Title: string(c)}
	}
	e.Title, e.Why, e.Remedy = In(lang, e.Title), In(lang, e.Why), In(lang, e.Remedy)
	return e
}

// explanations is the list of codes. A test holds it against the constants.
var explanations = map[Code]Explanation{}
