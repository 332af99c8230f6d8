package redact

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// field is a field that JSON has as a member.
type field struct {
	index               []int
	name, mark          string
	omitZero, omitEmpty bool
}

// fields caches the fields of struct types.
var fields sync.Map // reflect.Type to []field

// fieldsOf lists the members of a struct with those of embedded ones. Of a name
// that occurs twice, the one that is embedded less deeply counts.
func fieldsOf(t reflect.Type) []field {
	if list, ok := fields.Load(t); ok {
		return list.([]field)
	}
	var list []field
	for _, f := range promoted(t, nil, nil) {
		if i := slices.IndexFunc(list, func(other field) bool { return other.name == f.name }); i < 0 {
			list = append(list, f)
		} else if len(f.index) < len(list[i].index) {
			list[i] = f
		}
	}
	fields.Store(t, list)
	return list
}

func promoted(t reflect.Type, index []int, within []reflect.Type) (list []field) {
	if slices.Contains(within, t) {
		return nil
	}
	within = append(slices.Clip(within), t)
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		has := func(option string) bool { return slices.Contains(strings.Split(options, ","), option) }
		at, target := append(slices.Clip(index), i), f.Type
		if target.Kind() == reflect.Pointer {
			target = target.Elem()
		}
		mark := f.Tag.Get(redactTag)
		embedded := name == "" && (f.Anonymous || has("embed") || has("inline")) && target.Kind() == reflect.Struct
		switch {
		case tag == "-":
		case embedded && mark == "" && !marshals(target):
			list = append(list, promoted(target, at, within)...)
		case f.IsExported():
			if name == "" {
				name = f.Name
			}
			list = append(list, field{at, name, mark, has("omitzero"), has("omitempty")})
		}
	}
	return list
}
