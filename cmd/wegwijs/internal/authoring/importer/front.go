package importer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"

	"github.com/BurntSushi/toml"
	"go.yaml.in/yaml/v3"
)

// front takes the front matter off a page: YAML, TOML or JSON. It returns the
// number of the line on which the text begins.
func front(src []byte) (meta map[string]any, body []byte, first int, err error) {
	text := string(src)
	for _, mark := range []string{"---", "+++"} {
		if !strings.HasPrefix(text, mark+"\n") && !strings.HasPrefix(text, mark+" \n") {
			continue
		}
		from := strings.IndexByte(text, '\n') + 1
		rest, at := text[from:], 0
		for l := range strings.Lines(rest) {
			if strings.TrimRight(l, " \t\n") == mark {
				inner, after := rest[:at], rest[at+len(l):]
				first = strings.Count(text[:len(text)-len(after)], "\n") + 1
				if mark == "---" {
					meta, err = yamlMap([]byte(inner))
				} else {
					_, err = toml.Decode(inner, &meta)
				}
				return meta, []byte(after), first, err
			}
			at += len(l)
		}
	}
	if strings.HasPrefix(text, "{\n") {
		d := json.NewDecoder(strings.NewReader(text))
		if d.Decode(&meta) == nil {
			n := int(d.InputOffset())
			return meta, src[n:], bytes.Count(src[:n], []byte("\n")) + 1, nil
		}
	}
	return nil, src, 1, nil
}

// yamlMap reads YAML, whatever its tags are.
func yamlMap(src []byte) (map[string]any, error) {
	var n yaml.Node
	if err := yaml.Unmarshal(src, &n); err != nil {
		return nil, err
	}
	if len(n.Content) == 0 {
		return nil, nil
	}
	m, _ := yamlValue(n.Content[0], 0).(map[string]any)
	return m, nil
}

func yamlValue(n *yaml.Node, depth int) any {
	if depth > 40 {
		return nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		return yamlValue(n.Alias, depth+1)
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = yamlValue(n.Content[i+1], depth+1)
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, yamlValue(c, depth+1))
		}
		return list
	}
	switch n.Tag {
	case "!!bool", "!!int", "!!float", "!!null":
		var v any
		if n.Decode(&v) == nil {
			return v
		}
	}
	return n.Value
}

// config reads a configuration by the ending of its name.
func (t *tree) config(name string) (m map[string]any) {
	src := t.read(name)
	t.used[name] = true
	var err error
	switch {
	case src == nil:
		return nil
	case strings.HasSuffix(name, ".toml"):
		_, err = toml.Decode(string(src), &m)
	case strings.HasSuffix(name, ".json"):
		err = json.Unmarshal(src, &m)
	case strings.HasSuffix(name, ".yml"), strings.HasSuffix(name, ".yaml"):
		m, err = yamlMap(src)
	default:
		m, err = t.script(name, 0)
	}
	if err != nil {
		t.note(name, 1, "what it says is not used", "the file cannot be read: %v", err)
	}
	return m
}

// str returns the first of some values that is a text.
func str(m map[string]any, keys ...string) string {
	for _, k := range keys {
		switch v := m[k].(type) {
		case string:
			if v != "" {
				return v
			}
		case int, int64, float64:
			return fmt.Sprint(v)
		}
	}
	return ""
}

func num(m map[string]any, keys ...string) (int, bool) {
	for _, k := range keys {
		switch v := m[k].(type) {
		case int:
			return v, true
		case int64:
			return int(v), true
		case float64:
			return int(v), true
		}
	}
	return 0, false
}

func sub(m map[string]any, key string) map[string]any { v, _ := m[key].(map[string]any); return v }

func list(m map[string]any, keys ...string) (out []string) {
	for _, k := range keys {
		switch v := m[k].(type) {
		case string:
			for s := range strings.SplitSeq(v, ",") {
				if s = strings.TrimSpace(s); s != "" {
					out = append(out, s)
				}
			}
		case []any:
			for _, s := range v {
				if s := strings.TrimSpace(fmt.Sprint(s)); s != "" {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

func flag(m map[string]any, key string) bool { b, _ := m[key].(bool); return b }

// day returns the day of a date as TOML has it; "" for none.
func day(m map[string]any, keys ...string) string {
	for _, k := range keys {
		switch v := m[k].(type) {
		case time.Time:
			return v.Format(time.DateOnly)
		case string:
			if len(v) >= 10 {
				if d, err := time.Parse(time.DateOnly, v[:10]); err == nil {
					return d.Format(time.DateOnly)
				}
			}
		case map[string]any:
			if d := day(v, "date"); d != "" {
				return d
			}
		}
	}
	return ""
}

func quoteAll(list []string) string {
	q := make([]string, len(list))
	for i, s := range list {
		q[i] = tomlfile.Quote(s)
	}
	return "[" + strings.Join(q, ", ") + "]"
}
