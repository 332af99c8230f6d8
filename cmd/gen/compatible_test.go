package main

import (
	"encoding/json"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/spservices/services-go/internal/refresh"
)

// program uses what the description of refreshData generates, in every way
// that a change of the model may break.
const program = `package program

import (
	"context"

	"github.com/spservices/services-go/gen"
)

var (
	_ func(*gen.Client, context.Context, gen.CreateJobRequest) error                            = (*gen.Client).CreateJob
	_ func(*gen.Client, context.Context, gen.ListJobsParams) (*gen.ListJobsResponse, error)     = (*gen.Client).ListJobs
	_ func(*gen.Client, context.Context, string, gen.CancelJobParams) error                     = (*gen.Client).CancelJob
	_ []gen.JobStatus                                                                           = gen.ListJobsParams{}.Status
	_ gen.JobKind                                                                               = gen.CreateJobRequest{}.Kind
	_ gen.JobKind                                                                               = gen.Job{}.Kind
	_ *gen.Location                                                                             = gen.Job{}.Location
	_ map[string]string                                                                         = gen.Job{}.Headers
	_ string                                                                                    = gen.Job{}.JobID
	_                                                                                           = gen.JobKindRepair
)
`

type jsonObject = map[string]any

// at walks into decoded JSON. A step through a list is an index.
func at(v any, path ...any) jsonObject {
	for _, step := range path {
		if i, ok := step.(int); ok {
			v = v.([]any)[i]
		} else {
			v = v.(jsonObject)[step.(string)]
		}
	}
	return v.(jsonObject)
}

// A change of the model is called breaking exactly if a program that compiled
// against the code generated before does not compile against the code after.
func TestBreakingMeansThatProgramsDoNotCompile(t *testing.T) {
	t.Parallel()
	imports := exported(t)
	object := func(name string) []any { return []any{"definitions", name} }
	parameter := func(path, method string, p jsonObject) func(jsonObject) {
		return func(m jsonObject) {
			op := at(m, "paths", path, method)
			op["parameters"] = append(op["parameters"].([]any), p)
		}
	}
	property := func(of, name string, schema jsonObject) func(jsonObject) {
		return func(m jsonObject) { at(m, append(object(of), "properties")...)[name] = schema }
	}
	kinds := func(path ...any) func(jsonObject) {
		return func(m jsonObject) { at(m, path...)["enum"] = []any{"REPAIR", "VISIT", "CALL"} }
	}
	const jobs = "/jobs"
	for name, tc := range map[string]struct {
		change func(jsonObject)
		breaks bool
	}{
		"enum value at one of two places": {kinds("definitions", "Job", "properties", "kind"), true},
		"enum value at both places": {func(m jsonObject) {
			kinds("definitions", "Job", "properties", "kind")(m)
			kinds("definitions", "CreateJobRequest", "properties", "kind")(m)
		}, false},
		"enum value of a list alone":  {kinds("paths", jobs, "get", "parameters", 1, "items"), true},
		"struct that is always there": {func(m jsonObject) { at(m, object("Job")...)["required"] = []any{"jobId", "location"} }, true},
		"list that is always there":   {func(m jsonObject) { at(m, object("GetJobResponse")...)["required"] = []any{"errors"} }, false},
		"map that becomes a struct": {
			property("Job", "headers", jsonObject{"type": "object", "properties": jsonObject{"a": jsonObject{"type": "string"}}}), true},
		"another type":            {property("Job", "jobId", jsonObject{"type": "integer", "minimum": 1}), true},
		"new property":            {property("Job", "store", jsonObject{"type": "string"}), false},
		"new struct":              {property("Job", "store", jsonObject{"$ref": "#/definitions/Location"}), false},
		"first query parameter":   {parameter(jobs, "post", jsonObject{"name": "dryRun", "in": "query", "type": "boolean"}), true},
		"further query parameter": {parameter(jobs, "get", jsonObject{"name": "dryRun", "in": "query", "type": "boolean"}), false},
		"optional body": {parameter("/jobs/{jobId}/cancellations", "put",
			jsonObject{"name": "body", "in": "body", "schema": jsonObject{"$ref": "#/definitions/Location"}}), true},
		"new failure": {func(m jsonObject) {
			at(m, "paths", jobs, "get", "responses")["503"] = jsonObject{"schema": jsonObject{"$ref": "#/definitions/Error"}}
		}, false},
		"new schema": {func(m jsonObject) { at(m, "definitions")["Note"] = jsonObject{"type": "object"} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, files := refreshed(t, tc.change)
			if report.Breaking != tc.breaks {
				t.Errorf("called breaking: %t, want %t:\n%s", report.Breaking, tc.breaks, report.Page)
			}
			generated, err := check(t, imports, "github.com/spservices/services-go/gen", files)
			if err != nil {
				t.Fatalf("the generated code does not compile: %v", err)
			}
			imports := also{imports, generated}
			if _, err := check(t, imports, "program", map[string][]byte{"program.go": []byte(program)}); (err != nil) != tc.breaks {
				t.Errorf("the program does not compile: %t, want %t: %v", err != nil, tc.breaks, err)
			}
		})
	}
}

// refreshed applies a change of the model and returns the code of package gen.
func refreshed(t *testing.T, change func(jsonObject)) (*refresh.Report, map[string][]byte) {
	t.Helper()
	text, err := os.ReadFile(refreshData + "same.json")
	if err != nil {
		t.Fatal(err)
	}
	var model jsonObject
	if err := json.Unmarshal(text, &model); err != nil {
		t.Fatal(err)
	}
	change(model)
	if text, err = json.Marshal(model); err != nil {
		t.Fatal(err)
	}
	o := refresh.Options{Model: document(t, string(text)), Spec: specCopy(t), Write: true, AcceptBreaking: true}
	report, err := refresh.Run(o)
	if err != nil {
		t.Fatal(err)
	}
	files := generated(t, o.Spec)
	for path := range files {
		if filepath.Dir(path) != "gen" {
			delete(files, path)
		}
	}
	return report, files
}

// exported imports what package gen depends on, as the go command compiled it.
func exported(t *testing.T) types.Importer {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}", "./gen")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		files[path] = file
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(files[path]) })
}

// also imports one package more.
type also struct {
	types.Importer
	pkg *types.Package
}

func (a also) Import(path string) (*types.Package, error) {
	if path == a.pkg.Path() {
		return a.pkg, nil
	}
	return a.Importer.Import(path)
}

var importing sync.Mutex

func check(t *testing.T, imports types.Importer, path string, sources map[string][]byte) (*types.Package, error) {
	t.Helper()
	importing.Lock() // the importer keeps what it has read
	defer importing.Unlock()
	fset := token.NewFileSet()
	var files []*ast.File
	for name, source := range sources {
		f, err := parser.ParseFile(fset, name, source, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return (&types.Config{Importer: imports}).Check(path, fset, files, nil)
}
