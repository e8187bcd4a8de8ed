package state

import (
	"reflect"
	"strings"
)

// Inputs returns what stands in the keys of the stages: siteKey.pages and so on.
func Inputs() (names []string) {
	for i := range reflect.TypeFor[stages]().NumField() {
		k, _ := reflect.TypeFor[stages]().Field(i).Type.FieldByName("key")
		for j := range k.Type.NumField() {
			names = append(names, k.Type.Name()+"."+k.Type.Field(j).Name)
		}
	}
	return names
}

// Forget has a stage forget one of its inputs, until the function it returns is
// called. No other state may be made meanwhile.
func Forget(name string) (remember func()) {
	of, field, _ := strings.Cut(name, ".")
	blind = func(key any) any {
		t := reflect.TypeOf(key)
		if t.Name() != of {
			return key
		}
		var rest [8]any // of the other fields: those of a key cannot be set from here
		v := reflect.ValueOf(key)
		for i := range t.NumField() {
			if t.Field(i).Name != field {
				rest[i] = value(v.Field(i))
			}
		}
		return rest
	}
	return func() { blind = nil }
}

// value returns a value that is equal where the field is.
func value(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		return v.Pointer()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int:
		return v.Int()
	case reflect.Uint8, reflect.Uint64:
		return v.Uint()
	case reflect.String:
		return v.String()
	}
	var all [40]any
	if v.Kind() == reflect.Array {
		for i := range v.Len() {
			all[i] = value(v.Index(i))
		}
		return all
	}
	for i := range v.NumField() {
		all[i] = value(v.Field(i))
	}
	return all
}
