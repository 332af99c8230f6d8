package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const repository = "../.."

var testFunction = regexp.MustCompile(`(?m)^func (Test\w+|Fuzz\w+)\(`)

// TestMutantsApply holds the list against the code, which takes no time: a
// change that moves a guard or renames its test moves the mutant too.
func TestMutantsApply(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, m := range mutants {
		if names[m.name] {
			t.Errorf("two mutants are called %q", m.name)
		}
		names[m.name] = true
		text, err := os.ReadFile(filepath.Join(repository, m.file))
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			continue
		}
		if n := strings.Count(string(text), m.guard); n != 1 || m.guard == m.broken {
			t.Errorf("%s: its guard stands %d times in %s", m.name, n, m.file)
		}
		if !hasTest(t, m) {
			t.Errorf("%s: %s has no test %s", m.name, m.tests, m.test)
		}
	}
}

func hasTest(t *testing.T, m mutant) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(repository, m.tests, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	wanted := regexp.MustCompile(m.test)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range testFunction.FindAllSubmatch(text, -1) {
			if wanted.Match(found[1]) {
				return true
			}
		}
	}
	return false
}

func TestChoose(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern string
		every   int
		want    int // 0 for an error
	}{
		{"", 1, len(mutants)},
		{"redirect of the", 1, 2},
		{"redirect of the", 2, 1},
		{"redirect of the", 3, 1},
		{"", len(mutants), 1},
		{"no such mutant", 1, 0},
		{"(", 1, 0},
		{"", 0, 0},
	} {
		if chosen, err := choose(c.pattern, c.every); len(chosen) != c.want || (err == nil) != (c.want > 0) {
			t.Errorf("every %d of %q: %d mutants, want %d, %v", c.every, c.pattern, len(chosen), c.want, err)
		}
	}
}

func TestReportFailsForSurvivors(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := report(&out, []result{{mutant{name: "one"}, killed, ""}}); err != nil {
		t.Error(err)
	}
	for _, v := range []verdict{survived, unusable} {
		err := report(&out, []result{{mutant{name: "one"}, killed, ""}, {mutant{name: "two"}, v, "why"}})
		if err == nil || !strings.Contains(out.String(), string(v)+"  two") {
			t.Errorf("%s: %v\n%s", v, err, out.String())
		}
	}
}
