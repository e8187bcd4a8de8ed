package serve

import (
	"encoding/json"
	"fmt"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// words are the texts of the reload script, in English; {n} is a number.
var words = []string{
	diag.Say("1 warning"), diag.Say("{n} warnings"), diag.Say("1 mistake"), diag.Say("{n} mistakes"), diag.Say("and {n} more"),
	diag.Say("All findings"), diag.Say("The manual"), diag.Say("Close"), diag.Say("Mistakes in the site"),
	diag.Say("The preview has stopped: this page does not follow edits any more"),
	diag.Say("Draft: the build leaves this page out"),
	diag.Say("Nobody knows which text this was translated from"),
	diag.Say("What changed since this was translated"),
	diag.Say("1 block changed since this was translated"), diag.Say("{n} blocks changed since this was translated"),
	diag.Say("moved"), diag.Say("edited"), diag.Say("added"), diag.Say("removed"),
}

// speaking returns the reload script with its texts in the language lang before it,
// and the address of the manual where there is one.
func speaking(lang diag.Lang, manual bool) []byte {
	texts := map[string]string{}
	for _, w := range words {
		texts[diag.In(diag.English, w)] = diag.In(lang, w)
	}
	data, err := json.Marshal(texts)
	if err != nil {
		panic(err) // it is made of texts only
	}
	address := ""
	if manual {
		address = Help + string(lang) + "/"
	}
	head := fmt.Sprintf("const lang = %q, manual = %q, texts = %s;\n", lang, address, data)
	return append([]byte(head), script...)
}
