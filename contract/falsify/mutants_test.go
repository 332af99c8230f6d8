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
	if all, err := choose(""); err != nil || len(all) != len(mutants) {
		t.Errorf("%d of %d mutants, %v", len(all), len(mutants), err)
	}
	if some, err := choose("redirect of the"); err != nil || len(some) != 2 {
		t.Errorf("%d mutants, %v", len(some), err)
	}
	for _, pattern := range []string{"no such mutant", "("} {
		if _, err := choose(pattern); err == nil {
			t.Errorf("%q is no error", pattern)
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
