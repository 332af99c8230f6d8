package refresh

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gopkg.in/yaml.v3"
)

const apiSpec = "../../api/services-v1.yaml"

// published returns the path of one of Amazon's models, which are not part of
// the repository.
func published(t *testing.T, date string) string {
	t.Helper()
	path := filepath.Join("../../../shared/reference", "amazon-model-"+date+".json")
	if _, err := os.Stat(path); err != nil {
		t.Skip("Amazon's models are not here")
	}
	return path
}

// From the reference to each of Amazon's models: the page states all that
// changed and nothing else, and a second run finds nothing.
func TestFromTheReferenceToAmazonsModels(t *testing.T) {
	t.Parallel()
	for _, date := range []string{"2022-08-10", "2026-05-27"} {
		t.Run(date, func(t *testing.T) {
			t.Parallel()
			o := Options{Model: published(t, date), Spec: specCopy(t, apiSpec)}
			atReference(t, o.Spec)
			golden(t, "reference-to-"+date+".md", []byte(run(t, o).Page))
			o.Write, o.AcceptBreaking = true, true
			if !run(t, o).Written {
				t.Error("nothing was written")
			}
			unchangedByASecondRun(t, o)
		})
	}
}

// One model after the other leads from the reference to today's description, but
// for what a person has added since: descriptions, and the marks of what is new.
func TestModelsLeadToTodaysDescription(t *testing.T) {
	t.Parallel()
	o := Options{Spec: specCopy(t, apiSpec), Write: true, AcceptBreaking: true}
	atReference(t, o.Spec)
	for _, date := range []string{"2022-08-10", "2026-05-27"} {
		o.Model = published(t, date)
		run(t, o)
	}
	got, want := statements(edited(t, readFile(t, o.Spec)).root, ""), statements(edited(t, readFile(t, apiSpec)).root, "")
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("statement %d is\n%s\nwant\n%s", i, got[i], want[i])
			break
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d statements, want %d", len(got), len(want))
	}
	unchangedByASecondRun(t, o)
}

// statements lists the scalars of a document in its order, with their paths.
func statements(n *yaml.Node, at string) (list []string) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			if key := n.Content[i].Value; !slices.Contains([]string{"description", "x-personal"}, key) {
				list = append(list, statements(n.Content[i+1], at+"/"+key)...)
			}
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			list = append(list, statements(item, fmt.Sprint(at, "/", i))...)
		}
	default:
		list = []string{at + ": " + n.Value}
	}
	return list
}

// The description that the SDK is generated from states what the newest model
// states, once it has left the reference behind.
func TestDescriptionAgreesWithTheNewestModel(t *testing.T) {
	t.Parallel()
	text := readFile(t, apiSpec)
	e := edited(t, text)
	if at := dated(e.root, nil); at == nil {
		t.Skip("the description is still at the reference")
	}
	for _, line := range Undescribed(text) {
		t.Errorf("line %d: a description is still to be written", line)
	}
	unchangedByASecondRun(t, Options{Model: published(t, "2026-05-27"), Spec: specCopy(t, apiSpec), Write: true})
}

func edited(t *testing.T, text []byte) *editor {
	t.Helper()
	e, err := newEditor(text, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// atReference takes from a description all that newer models added to it.
func atReference(t *testing.T, path string) {
	t.Helper()
	e := edited(t, readFile(t, path))
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for at := dated(e.root, nil); at != nil; at = dated(e.root, nil) {
		since := e.lookup(append(at, "x-since")...)
		switch last := len(at) - 1; {
		case since.Kind == yaml.MappingNode:
			for i := 0; i < len(since.Content); i += 2 {
				must(e.remove(append(at, since.Content[i].Value)...))
			}
			must(e.remove(append(at, "x-since")...))
		case at[last-1] == "parameters":
			must(e.removeItem(at[:last], at[last][len("name="):]))
		default:
			must(e.remove(at...))
		}
	}
	must(e.remove(keptHeadersKey))
	must(e.remove(examplesKey))
	must(os.WriteFile(path, e.text, 0o600))
}

// dated returns the path of something with an x-since, or nil.
func dated(n *yaml.Node, at []string) []string {
	switch n.Kind {
	case yaml.MappingNode:
		if index(n, "x-since") >= 0 {
			return at
		}
		for i := 0; i < len(n.Content); i += 2 {
			if found := dated(n.Content[i+1], within(append([]string{}, at...), n.Content[i].Value)); found != nil {
				return found
			}
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			if name := field(item, "name"); name != nil {
				if found := dated(item, within(at, "name="+name.Value)); found != nil {
					return found
				}
			}
		}
	}
	return nil
}

// The ends of values that are written within a line are where YAML sees them.
func TestEndsOfValues(t *testing.T) {
	t.Parallel()
	for _, path := range []string{apiSpec, "testdata/spec.yaml", "testdata/added-2026-05-27.yaml"} {
		e := edited(t, readFile(t, path))
		checked := 0
		var visit func(n *yaml.Node)
		visit = func(n *yaml.Node) {
			if end, ok := e.end(n); ok {
				checked++
				var again yaml.Node
				text := e.text[e.offset(n):end]
				if err := yaml.Unmarshal(text, &again); err != nil || !sameNode(again.Content[0], n) {
					t.Errorf("%s: line %d: not a whole value: %s", path, n.Line, text)
				}
			}
			for _, c := range n.Content {
				visit(c)
			}
		}
		visit(e.root)
		if checked < 500 {
			t.Errorf("%s: %d values checked, want most of them", path, checked)
		}
	}
}

func sameNode(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !sameNode(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}
