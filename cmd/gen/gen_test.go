package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/spservices/services-go/api"
)

const root = "../.."

// generated returns the files of a document, formatted, by path.
func generated(t *testing.T, spec string) map[string][]byte {
	t.Helper()
	text, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	list, err := generate(text, root)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range list {
		if files[f.path] != nil {
			t.Errorf("%s is generated twice", f.path)
		}
		files[f.path] = f.body
	}
	return files
}

// current is what the checked-in description makes.
func current(t *testing.T) map[string][]byte {
	t.Helper()
	currentOnce.Do(func() { currentFiles = generated(t, filepath.Join(root, defaultSpec)) })
	if len(currentFiles) == 0 {
		t.Fatal("nothing is generated")
	}
	return currentFiles
}

var (
	currentOnce  sync.Once
	currentFiles map[string][]byte
)

// TestUpToDate holds that what is checked in is what the generator writes:
// every file, and no file more.
func TestUpToDate(t *testing.T) {
	t.Parallel()
	files := current(t)
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		switch {
		case err != nil:
			t.Error(err)
		case !bytes.Equal(got, want):
			t.Errorf("%s is out of date: go run ./cmd/gen", path)
		}
	}
	for _, pattern := range []string{"gen/*.go", "facade/*.gen.go"} {
		present, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(present) == 0 {
			t.Errorf("%s: %d files, %v", pattern, len(present), err)
		}
		for _, path := range present {
			name, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			if files[filepath.ToSlash(name)] == nil && !strings.HasSuffix(name, "_test.go") {
				t.Errorf("%s is not generated any more", name)
			}
		}
	}
}

// The order of maps, and where the document lies, are no part of what is made
// of it.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	elsewhere := filepath.Join(t.TempDir(), "copy.yaml")
	if err := os.WriteFile(elsewhere, api.Spec(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, spec := range []string{filepath.Join(root, defaultSpec), elsewhere} {
		again := generated(t, spec)
		for path, source := range current(t) {
			if !bytes.Equal(again[path], source) {
				t.Errorf("%s differs from run to run", path)
			}
		}
	}
}

// marked is how tools know a generated file.
var marked = regexp.MustCompile(`^// Code generated .* DO NOT EDIT\.\n`)

func TestFilesAreMarked(t *testing.T) {
	t.Parallel()
	for path, source := range current(t) {
		if !marked.Match(source) {
			t.Errorf("%s begins with %.60q", path, source)
		}
	}
}

func TestRunWritesEveryFile(t *testing.T) {
	t.Parallel()
	spec, out := filepath.Join(root, defaultSpec), t.TempDir()
	want := current(t)
	if err := run(spec, out); err != nil {
		t.Fatal(err)
	}
	for path, source := range want {
		if got, err := os.ReadFile(filepath.Join(out, path)); err != nil || !bytes.Equal(got, source) {
			t.Errorf("%s: %v, %d bytes, want %d", path, err, len(got), len(source))
		}
	}
	if err := run(filepath.Join(out, "missing.yaml"), out); err == nil {
		t.Error("a document that is not there was taken")
	}
}

func TestWriteLeavesWhatIsTheSame(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := file{path: "a/b.go", body: []byte("package a\n\nvar X = 1\n")}
	path := filepath.Join(dir, f.path)
	if err := f.write(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "package a\n\nvar X = 1\n" {
		t.Errorf("wrote %q, %v", got, err)
	}
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(path, long, long); err != nil {
		t.Fatal(err)
	}
	if err := f.write(dir); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(long) {
		t.Errorf("an unchanged file was written again: %v", err)
	}
	f.body = []byte("package a\nvar X = 2")
	if err := f.write(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !strings.Contains(string(got), "X = 2") {
		t.Errorf("a changed file was not written: %q, %v", got, err)
	}
}

func TestFormatted(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"package a\nvar  X=1": "package a\n\nvar X = 1\n",
		"package a\nimport (\n\t\"time\"\n\t\"math/big\"\n)\nvar X big.Int // in time.": "package a\n\nimport (\n\t\"math/big\"\n)\n\nvar X big.Int // in time.\n",
	} {
		if f, err := (file{"a/b.go", []byte(body)}).formatted(); err != nil || string(f.body) != want {
			t.Errorf("%q became %q, %v", body, f.body, err)
		}
	}
	if _, err := (file{"a/b.go", []byte("package a\nvar X = ")}).formatted(); err == nil || !strings.Contains(err.Error(), "a/b.go") {
		t.Errorf("code that does not parse: %v", err)
	}
}

func TestConstantNames(t *testing.T) {
	t.Parallel()
	values := []any{"NOT_SERVICED", "AES", "POA_RECEIPT", "NO_SIGNATURE_DUMMY_POS", "ASC", "A-B c", "3D", "ÄRGER_ÖL"}
	want := []any{"NotServiced", "AES", "POAReceipt", "NoSignatureDummyPOS", "Asc", "ABC", "3d", "ÄrgerÖl"}
	if got := constantNames(values); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAliasComment(t *testing.T) {
	t.Parallel()
	for description, want := range map[string]string{
		"Time window.":                          "// Slot is the time window; see [gen.Slot].",
		"What is free. Empty if there is none.": "// Slot is what is free; see [gen.Slot].",
	} {
		if got := aliasComment("Slot", &openapi3.Schema{Description: description}); got != want {
			t.Errorf("%q: %q, want %q", description, got, want)
		}
	}
	client := string(current(t)["gen/client.gen.go"])
	if !strings.Contains(client, " 1 request per second, burst 2.") || strings.Contains(client, " 1 requests") {
		t.Error("a rate of one is not one request")
	}
}

func TestComment(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 60)
	for text, want := range map[string]string{
		"One line.":                "// One line.",
		"  Folded\n  line. ":       "// Folded line.",
		"First.\n\nSecond\nthird.": "// First.\n//\n// Second third.",
	} {
		if got := comment(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for line := range strings.SplitSeq(comment(long), "\n") {
		if !strings.HasPrefix(line, "// word") || len(line) > commentWidth+3 {
			t.Errorf("line of %d characters: %s", len(line), line)
		}
	}
	for text, want := range map[string]string{"A job.": "a job.", "ASIN of it.": "ASIN of it.", "X": "x", "Ärger": "ärger"} {
		if got := lowerFirst(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
