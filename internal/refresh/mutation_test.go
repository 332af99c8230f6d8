package refresh

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// fixture is a document and the pages that have been applied to it.
type fixture struct {
	text  []byte
	spec  *api
	pages map[string]bool
}

// Whatever changes in the model is written so that the document then agrees
// with it, or is refused with a line. apply proves the former itself.
func TestEveryChangeIsWrittenOrRefused(t *testing.T) {
	t.Parallel()
	source := readFile(t, "testdata/same.json")
	for _, mutation := range mutations {
		t.Run(mutation.name, func(t *testing.T) {
			t.Parallel()
			f := &fixture{text: readFile(t, "testdata/spec.yaml"), pages: map[string]bool{}}
			f.spec = parsed(t, f.text)
			for _, path := range paths(decoded(t, source), nil) {
				mutant := decoded(t, source)
				if !mutation.apply(&mutant, path) {
					continue
				}
				model, err := json.MarshalIndent(mutant, "", " ")
				if err != nil {
					t.Fatal(err)
				}
				err = f.refresh(model)
				// A default outside its limits is found when all is written: such a model contradicts itself.
				if err != nil && !errors.As(err, new(*lineError)) && !strings.Contains(err.Error(), "invalid default") {
					t.Errorf("%s: %v", strings.Join(path, "/"), err)
				}
			}
			if len(f.pages) < 25 {
				t.Errorf("%d pages in all: the test has lost its force", len(f.pages))
			}
		})
	}
}

func decoded(t *testing.T, source []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(source, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func parsed(t *testing.T, text []byte) *api {
	t.Helper()
	spec, err := parseSpec(text)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// refresh applies a model to the document, in memory, unless its page is known.
func (f *fixture) refresh(source []byte) error {
	model, err := readSwagger(source)
	if err != nil {
		return err
	}
	if err := sameAPI(f.spec, model); err != nil {
		return err
	}
	page := page("", "", compare(f.spec, model))
	if f.pages[page] {
		return nil // as before
	}
	f.pages[page] = true
	spec, err := parseSpec(f.text) // anew, for edits may move its operations
	if err != nil {
		return err
	}
	_, err = apply(f.text, model, compare(spec, model), "2026-05-27")
	return err
}

// paths returns the path of every value within v, in no order.
func paths(v any, at []string) [][]string {
	var all [][]string
	inner := func(key string, v any) {
		if key == "description" || key == "tags" || key == "x-docgen-enum-table-extension" {
			return // no fact
		}
		path := append(append([]string{}, at...), key)
		all = append(append(all, path), paths(v, path)...)
	}
	switch v := v.(type) {
	case map[string]any:
		for key, field := range v {
			inner(key, field)
		}
	case []any:
		for i, item := range v {
			inner(fmt.Sprint(i), item)
		}
	}
	return all
}

var mutations = []struct {
	name  string
	apply func(root *any, path []string) bool
}{
	{"delete", func(root *any, path []string) bool {
		return edit(root, path, func(any) (any, bool) { return nil, false })
	}},
	{"change", func(root *any, path []string) bool {
		return edit(root, path, func(v any) (any, bool) {
			switch v := v.(type) {
			case float64:
				return v + 1, true
			case bool:
				return !v, true
			case string:
				switch v {
				case "string", "array":
					return "integer", true
				case "object", "integer", "number":
					return "string", true
				}
				return strings.Replace(v, "o", "u", 1), true
			}
			return v, true
		})
	}},
	{"rename", func(root *any, path []string) bool {
		last := len(path) - 1
		m, ok := (*find(root, path[:last])).(map[string]any)
		if !ok {
			return false
		}
		m[path[last]+"Renamed"] = m[path[last]]
		delete(m, path[last])
		return true
	}},
	{"copy", func(root *any, path []string) bool {
		last := len(path) - 1
		m, ok := (*find(root, path[:last])).(map[string]any)
		if ok {
			m[path[last]+"Copied"] = m[path[last]]
		}
		return ok
	}},
	{"tighten", func(root *any, path []string) bool {
		m, ok := (*find(root, path)).(map[string]any)
		if !ok || m["type"] != "string" {
			return false
		}
		m["pattern"], m["maxLength"], m["minLength"] = `^it's {2}, \d: # $`, 7, 3
		return true
	}},
	{"enumerate", func(root *any, path []string) bool {
		m, ok := (*find(root, path)).(map[string]any)
		if !ok || m["type"] != "string" {
			return false
		}
		m["enum"] = []any{"NEW", "OPEN", "yes", "no value", "12"}
		return true
	}},
}

func find(root *any, path []string) *any {
	at := root
	for _, step := range path {
		switch v := (*at).(type) {
		case map[string]any:
			next := v[step]
			at = &next
		case []any:
			var i int
			_, _ = fmt.Sscan(step, &i)
			at = &v[i]
		}
	}
	return at
}

// edit replaces or deletes the value at a path.
func edit(root *any, path []string, do func(any) (any, bool)) bool {
	last := path[len(path)-1]
	switch v := (*find(root, path[:len(path)-1])).(type) {
	case map[string]any:
		value, stays := do(v[last])
		if v[last] = value; !stays {
			delete(v, last)
		}
		return true
	case []any:
		var i int
		_, _ = fmt.Sscan(last, &i)
		value, stays := do(v[i])
		if !stays {
			return false
		}
		v[i] = value
		return true
	}
	return false
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
