package tomlfile

import (
	"encoding/json"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// JSONSchema returns a JSON Schema of a file with the keys of k, for editors that
// check TOML by one (draft 7, which most of them read); descriptions are in lang. What depends on more than
// one value is not in it.
func (k *Key) JSONSchema(title string, lang diag.Lang) ([]byte, error) {
	s := k.schema(lang)
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = title
	return json.MarshalIndent(s, "", "  ")
}

func (k *Key) schema(lang diag.Lang) map[string]any {
	s := k.kind(lang)
	if k.About != "" {
		s["description"] = diag.In(lang, k.About)
	}
	return s
}

func (k *Key) kind(lang diag.Lang) map[string]any {
	s := map[string]any{}
	text := map[string]any{"type": "string"}
	if k.Values != nil {
		text["enum"] = k.Values
	}
	switch k.Kind {
	case Text:
		return text
	case Day: // which schemas of TOML take for a text
		return map[string]any{"type": "string", "format": "date"}
	case Number:
		s["type"] = "integer"
	case Boolean:
		s["type"] = "boolean"
	case Texts:
		s["type"], s["items"] = "array", text
	case OneTable:
		return k.table(lang)
	case ManyTables:
		s["type"], s["items"] = "array", k.table(lang)
	}
	return s
}

func (k *Key) table(lang diag.Lang) map[string]any {
	s := map[string]any{"type": "object", "additionalProperties": false}
	keys := map[string]any{}
	var required []string
	for _, b := range k.Below {
		if b.Name == Any {
			s["additionalProperties"] = b.schema(lang)
			continue
		}
		keys[b.Name] = b.schema(lang)
		if b.Required {
			required = append(required, b.Name)
		}
	}
	if len(keys) > 0 {
		s["properties"] = keys
	}
	if required != nil {
		s["required"] = required
	}
	return s
}
