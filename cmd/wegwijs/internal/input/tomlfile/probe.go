package tomlfile

import (
	"maps"
	"slices"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// What a key holds.
const (
	Text       = "text"
	Number     = "number"
	Boolean    = "boolean"
	Day        = "date"
	Texts      = "texts"
	OneTable   = "table"
	ManyTables = "tables"
)

// Any is the name of a key of which the file chooses the name.
const Any = "*"

// A Key is a key that a stage asks for, and what it holds.
type Key struct {
	Name     string
	Kind     string
	Required bool
	Values   []string // that it can have; nil: any
	About    string   // what it is for, as [diag.Say] has it; "" where nobody says
	Below    []*Key   // of a table, in the order in which they are asked for
}

// Probe has read read an empty file and returns what it asked for: the keys that
// the file can have. Tables are there whatever it asks, and a table of which the
// file chooses the keys has one, named [Any].
func Probe(read func(t *Table)) Key {
	t := &Table{doc: &doc{probe: true, out: new(diag.List)}, m: map[string]any{}, asked: &Key{Kind: OneTable}}
	read(t)
	return *t.asked
}

// ask notes that a key was asked for.
func (k *Key) ask(name, kind string) *Key {
	i := slices.IndexFunc(k.Below, func(b *Key) bool { return b.Name == name })
	if i < 0 {
		i = len(k.Below)
		k.Below = append(k.Below, &Key{Name: name})
	}
	b := k.Below[i]
	if b.Kind == "" {
		b.Kind = kind
	}
	return b
}

func (t *Table) probing() bool { return t != nil && t.doc.probe }

// below returns the table at a key of a probe.
func (t *Table) below(key string) *Table {
	return &Table{doc: t.doc, path: append(slices.Clone(t.path), key), m: map[string]any{}, asked: t.asked.ask(key, "")}
}

// Open says that others ask for the keys of the table too.
func (t *Table) Open() {
	if t.probing() {
		t.asked.ask(Any, "")
	}
}

// About says what keys are for, by their names.
func (t *Table) About(texts map[string]diag.Phrase) {
	if t.probing() {
		for _, key := range slices.Sorted(maps.Keys(texts)) {
			if i := slices.IndexFunc(t.asked.Below, func(b *Key) bool { return b.Name == key }); i >= 0 {
				t.asked.Below[i].About = diag.Say("%s", texts[key])
			}
		}
	}
}

// Needs says that of the keys asked for so far only some are required.
func (t *Table) Needs(keys ...string) {
	if t.probing() {
		for _, b := range t.asked.Below {
			b.Required = slices.Contains(keys, b.Name)
		}
	}
}

// Probing reports whether the table is one of [Probe].
func (t *Table) Probing() bool { return t.probing() }

// Takes says which values the text, or the texts, at a key can have.
func (t *Table) Takes(key string, valid ...string) {
	if t.probing() {
		t.asked.ask(key, "").Values = valid
	}
}

// Sample returns a value as it can stand behind the key.
func (k Key) Sample() string {
	switch k.Kind {
	case Number:
		return "0"
	case Boolean:
		return "true"
	case Day:
		return "2026-01-01"
	case Texts:
		return "[\"\"]"
	}
	return "\"\""
}
