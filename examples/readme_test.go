package examples

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

// TestReadmeProgramsCompile finds each piece of Go in the README in a file of
// this directory, which the compiler has seen.
func TestReadmeProgramsCompile(t *testing.T) {
	t.Parallel()
	var sources []string
	for _, pattern := range []string{"*_test.go", "*/main.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v, %v", pattern, paths, err)
		}
		for _, path := range paths {
			sources = append(sources, read(t, path))
		}
	}
	blocks := goBlock.FindAllStringSubmatch(read(t, "../README.md"), -1)
	for _, block := range blocks {
		found := false
		for _, source := range sources {
			found = found || strings.Contains(source, block[1])
		}
		if !found {
			t.Errorf("the README has Go that no example has:\n%s", block[1])
		}
	}
	if len(blocks) == 0 || blocks[0][1] != read(t, "first/main.go") {
		t.Error("the README's first program is not first/main.go")
	}
}

var (
	operationRow = regexp.MustCompile("(?m)^\\| `(\\w+)`[^|]* \\| ([^|]*) \\| ([^|]*) \\| ([^|]*) \\|$")
	identifier   = regexp.MustCompile("`(\\w+)`")
)

// TestReadmeOperations holds the table of operations against gen.Operations
// and the methods of the façade.
func TestReadmeOperations(t *testing.T) {
	t.Parallel()
	rows := map[string][]string{}
	named := map[string]bool{"Raw": true, "With": true} // of no one operation
	for _, row := range operationRow.FindAllStringSubmatch(read(t, "../README.md"), -1) {
		if rows[row[1]] != nil {
			t.Errorf("%s has two rows", row[1])
		}
		rows[row[1]] = row
		for _, method := range identifier.FindAllStringSubmatch(row[2], -1) {
			named[method[1]] = true
		}
	}
	for _, op := range gen.Operations() {
		row := rows[op.ID]
		if row == nil {
			t.Errorf("%s has no row", op.ID)
			continue
		}
		if want := fmt.Sprintf("%v/%d", op.Rate, op.Burst); row[3] != want {
			t.Errorf("%s: rate and burst are %s, want %s", op.ID, row[3], want)
		}
		if want := op.Class.String(); row[4] != want {
			t.Errorf("%s: class is %s, want %s", op.ID, row[4], want)
		}
		if !identifier.MatchString(row[2]) {
			t.Errorf("%s names no method", op.ID)
		}
		delete(rows, op.ID)
	}
	for id := range rows {
		t.Errorf("%s is no operation", id)
	}
	client := reflect.TypeFor[*facade.Client]()
	for i := range client.NumMethod() {
		method := client.Method(i)
		call := method.Type.NumIn() > 1 && method.Type.In(1) == reflect.TypeFor[context.Context]()
		if call && !named[method.Name] {
			t.Errorf("method %s has no row", method.Name)
		}
	}
	for name := range named {
		if _, ok := client.MethodByName(name); !ok {
			t.Errorf("%s is no method of the façade", name)
		}
	}
}

var variable = regexp.MustCompile(`\b(SP_API|LWA)_[A-Z_]+\b`)

// TestReadmeVariables wants every variable that FromEnv reads, and no other.
func TestReadmeVariables(t *testing.T) {
	t.Parallel()
	set := func(path string) map[string]bool {
		names := map[string]bool{}
		for _, name := range variable.FindAllString(read(t, path), -1) {
			names[name] = true
		}
		return names
	}
	if got, want := set("../README.md"), set("../facade/env.go"); !reflect.DeepEqual(got, want) {
		t.Errorf("the README names %v, the façade reads %v", got, want)
	}
}
