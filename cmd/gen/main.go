// Command gen writes the generated half of the SDK from the API description:
// models, the typed client, the operation table and the Validate methods in
// package gen, and their aliases in package facade.
//
// It needs no network and writes the same bytes every time.
//
//	gen            generates
//	gen refresh    compares the API description with a newer model of Amazon's
//	gen check      refuses descriptions that are still to be written
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"sync"
)

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "refresh":
			os.Exit(refreshSpec(os.Args[2:], os.Stdout, os.Stderr))
		case "check":
			os.Exit(checkSpec(os.Args[2:], os.Stderr))
		}
	}
	spec := flag.String("spec", defaultSpec, "OpenAPI 3.0 `file` to read")
	out := flag.String("out", ".", "root `directory` of the module to write into")
	flag.Parse()
	if err := run(*spec, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(spec, out string) error {
	text, err := os.ReadFile(spec)
	if err != nil {
		return err
	}
	files, err := generate(text, out)
	if err != nil {
		return fmt.Errorf("%s: %w", spec, err)
	}
	for _, f := range files {
		if err := f.write(out); err != nil {
			return err
		}
	}
	return nil
}

// file is one generated file.
type file struct {
	path string // relative to the module
	body []byte
}

// write replaces what is there, unless it is the same: an unchanged file keeps
// its time, so that builds stay cached.
func (f file) write(root string) error {
	path := filepath.Join(root, f.path)
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, f.body) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, f.body, 0o644)
}

var importLine = regexp.MustCompile(`(?m)^\t*"(?:[^"\n]*/)?(\w+)"\n`)

// formatted is the file without the imports that it turned out not to need.
func (f file) formatted() (file, error) {
	f.body = importLine.ReplaceAllFunc(f.body, func(line []byte) []byte {
		name := importLine.FindSubmatch(line)[1]
		if regexp.MustCompile(`\b` + string(name) + `\.[A-Z]`).Match(f.body) {
			return line
		}
		return nil
	})
	source, err := format.Source(f.body)
	if err != nil {
		return f, fmt.Errorf("%s: generated code does not parse: %w", f.path, err)
	}
	return file{f.path, source}, nil
}

// generating one document at a time, because the model generator keeps its
// settings in variables of a package.
var generating sync.Mutex

// generate returns every generated file of an API description, for the module
// at root. None is written before all are right.
func generate(text []byte, root string) ([]file, error) {
	generating.Lock()
	defer generating.Unlock()
	doc, err := load(text)
	if err != nil {
		return nil, err
	}
	models, err := models(doc)
	if err != nil {
		return nil, err
	}
	api, err := describe(doc) // after models: it reads the names they were given
	if err != nil {
		return nil, err
	}
	var files []file
	for _, t := range []struct{ template, path string }{
		{"client.tmpl", "gen/client.gen.go"},
		{"operations.tmpl", "gen/operations.gen.go"},
		{"results.tmpl", "gen/results.gen.go"},
		{"redact.tmpl", "gen/redact.gen.go"},
		{"aliases.tmpl", "facade/models.gen.go"},
		{"marketplaces.tmpl", "facade/marketplaces.gen.go"},
		{"gen_marketplaces.tmpl", "gen/marketplaces.gen.go"},
	} {
		body, err := render(t.template, api)
		if err != nil {
			return nil, err
		}
		files = append(files, file{t.path, body})
	}
	files = append(files, file{"gen/models.gen.go", models}, file{"gen/validate.gen.go", checks(doc, api)})
	for i := range files {
		if files[i], err = files[i].formatted(); err != nil {
			return nil, err
		}
	}
	return files, clashes(files, root)
}
