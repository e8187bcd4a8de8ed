package tomlfile

import "encoding/json"

// JSONSchema returns a JSON Schema of a file with the keys of k, for editors that
// check TOML by one (draft 7, which most of them read). What depends on more than
// one value is not in it.
func (k *Key) JSONSchema(title string) ([]byte, error) {
	s := k.schema()
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = title
	return json.MarshalIndent(s, "", "  ")
}

func (k *Key) schema() map[string]any {
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
		return k.table()
	case ManyTables:
		s["type"], s["items"] = "array", k.table()
	}
	return s
}

func (k *Key) table() map[string]any {
	s := map[string]any{"type": "object", "additionalProperties": false}
	keys := map[string]any{}
	var required []string
	for _, b := range k.Below {
		if b.Name == Any {
			s["additionalProperties"] = b.schema()
			continue
		}
		keys[b.Name] = b.schema()
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
