package refresh

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// golden holds text against a file of testdata.
func golden(t *testing.T, name string, text []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want := readFile(t, path); !bytes.Equal(text, want) {
		t.Errorf("%s differs; look at what -update makes of it. It is now\n%s", path, text)
	}
}

// specCopy copies an API description to where a test may edit it.
func specCopy(t *testing.T, from string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spec.yaml")
	if err := os.WriteFile(path, readFile(t, from), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, o Options) *Report {
	t.Helper()
	report, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestPageAndDocumentAreThoseExpected(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		model    string
		breaking bool
	}{{"added-2026-05-27", false}, {"breaking", true}} {
		t.Run(tc.model, func(t *testing.T) {
			t.Parallel()
			o := Options{Model: "testdata/" + tc.model + ".json", Spec: specCopy(t, "testdata/spec.yaml")}
			report := run(t, o)
			golden(t, tc.model+".md", []byte(report.Page))
			if report.Breaking != tc.breaking || report.Written {
				t.Errorf("breaking %t, written %t, want %t and false", report.Breaking, report.Written, tc.breaking)
			}
			o.Write = true
			if tc.breaking {
				if report := run(t, o); report.Written || !bytes.Equal(readFile(t, o.Spec), readFile(t, "testdata/spec.yaml")) {
					t.Error("what breaks programs was written without having been accepted")
				}
				o.AcceptBreaking = true
			}
			if report := run(t, o); !report.Written {
				t.Error("nothing was written")
			}
			golden(t, tc.model+".yaml", readFile(t, o.Spec))
			unchangedByASecondRun(t, o)
		})
	}
}

func unchangedByASecondRun(t *testing.T, o Options) {
	t.Helper()
	before := readFile(t, o.Spec)
	report := run(t, o)
	if report.Written || report.Breaking || !bytes.Equal(before, readFile(t, o.Spec)) {
		t.Error("a second run changed the document")
	}
	if !strings.Contains(report.Page, "**No changes.**") {
		t.Errorf("a second run found changes:\n%s", report.Page)
	}
}

func TestAModelThatAgreesChangesNothing(t *testing.T) {
	t.Parallel()
	marked := filepath.Join(t.TempDir(), "model.json")
	if err := os.WriteFile(marked, append([]byte("\ufeff"), readFile(t, "testdata/same.json")...), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, model := range []string{"testdata/same.json", marked} {
		o := Options{Model: model, Spec: specCopy(t, "testdata/spec.yaml"), Write: true}
		unchangedByASecondRun(t, o)
		if !bytes.Equal(readFile(t, o.Spec), readFile(t, "testdata/spec.yaml")) {
			t.Error("the document changed")
		}
	}
}

// Lines that no change concerns stay byte for byte, and in their order.
func TestUntouchedLinesSurvive(t *testing.T) {
	t.Parallel()
	o := Options{Model: "testdata/added-2026-05-27.json", Spec: specCopy(t, "testdata/spec.yaml"), Write: true}
	run(t, o)
	before := slices.Collect(strings.Lines(string(readFile(t, "testdata/spec.yaml"))))
	after := slices.Collect(strings.Lines(string(readFile(t, o.Spec))))
	// common[i][j] is the length of the longest common part of before[i:] and after[j:].
	common := make([][]int, len(before)+1)
	common[len(before)] = make([]int, len(after)+1)
	for i := len(before) - 1; i >= 0; i-- {
		common[i] = make([]int, len(after)+1)
		for j := len(after) - 1; j >= 0; j-- {
			if before[i] == after[j] {
				common[i][j] = 1 + common[i+1][j+1]
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	// A header, a rate, a maximum, a parameter that is no longer shared, a list of required properties, an enum.
	if lost := len(before) - common[0][0]; lost != 6 {
		t.Errorf("%d lines were changed or moved, want the 6 that state another fact", lost)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	same := string(readFile(t, "testdata/same.json"))
	replace := func(old, new string) string {
		if !strings.Contains(same, old) {
			t.Fatalf("the model holds no %q", old)
		}
		return strings.Replace(same, old, new, 1)
	}
	lines := strings.Count(same, "\n")
	for name, tc := range map[string]struct {
		model, want string
	}{
		"empty":              {"", "model.json: line 1: truncated"},
		"prose":              {"swagger: \"2.0\"\n", "model.json: line 1: not JSON"},
		"truncated":          {same[:strings.Index(same, `"definitions"`)], "truncated: unexpected end of JSON input"},
		"missing comma":      {replace(`"swagger": "2.0",`, `"swagger": "2.0"`), "model.json: line 3: not JSON"},
		"OpenAPI":            {replace(`"swagger": "2.0"`, `"openapi": "3.0.3"`), "model.json: line 1: not Swagger 2.0"},
		"Swagger 1.2":        {replace(`"swagger": "2.0"`, `"swagger": "1.2"`), "model.json: line 2: not Swagger 2.0"},
		"other title":        {replace("API for Services", "API for Orders"), "model.json: line 6: another API: \"Selling Partner API for Orders\" v1"},
		"other version":      {replace(`"version": "v1"`, `"version": "v2"`), "model.json: line 6: another API"},
		"other host":         {replace("sellingpartnerapi-na", "example"), "model.json: line 8: another API: the host"},
		"no common path":     {strings.ReplaceAll(same, `"/jobs`, `"/orders`), "model.json: line 6: another API: no path in common"},
		"unknown $ref":       {replace("#/definitions/Location", "#/definitions/Place"), `unknown $ref "#/definitions/Place"`},
		"foreign $ref":       {replace("#/definitions/Location", "other.json#/Location"), `unknown $ref "other.json#/Location"`},
		"same key twice":     {replace(`"swagger": "2.0",`, "\"swagger\": \"2.0\",\n\"swagger\": \"2.0\","), "model.json: line 3: the key \"swagger\" stands twice"},
		"unknown keyword":    {replace(`"maxItems"`, `"mostItems"`), `the keyword "mostItems" is not understood`},
		"unknown type":       {replace(`"type": "array"`, `"type": "list"`), `the type "list" is not understood`},
		"unreadable pattern": {replace("^[A-Z0-9]<li>$", "(?=a)"), "Go cannot read the pattern"},
		"form":               {replace(`"in": "query"`, `"in": "formData"`), `a parameter in "formData" is not understood`},
		"other media type":   {replace(`"application/json"`, `"text/plain"`), `consumes "text/plain"`},
		"path parameter":     {replace(`"/jobs/{jobId}"`, `"/jobs/{id}"`), `getJob: the path has the parameters ["id"]`},
		"same operation":     {replace(`"operationId": "createJob"`, `"operationId": "getJob"`), `the operationId "getJob" stands twice`},
		"trailing text":      {same + "{}", "not JSON: invalid character '{' after top-level value"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model := filepath.Join(t.TempDir(), "model.json")
			if err := os.WriteFile(model, []byte(tc.model), 0o600); err != nil {
				t.Fatal(err)
			}
			spec := specCopy(t, "testdata/spec.yaml")
			_, err := Run(Options{Model: model, Spec: spec, Write: true, AcceptBreaking: true})
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), ": line ") {
				t.Errorf("got %v, want an error with a line and %q", err, tc.want)
			}
			if !bytes.Equal(readFile(t, spec), readFile(t, "testdata/spec.yaml")) {
				t.Error("the document was changed")
			}
		})
	}
	at := (*lineError)(nil)
	if _, err := parseJSON([]byte(same[:len(same)-2])); !errors.As(err, &at) || at.line != lines {
		t.Errorf("got %v, want the last line, %d", err, lines)
	}
}

func TestWriteReplacesTheFileAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "spec.yaml")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	open, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Close() }()
	if err := write(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	old := make([]byte, 8)
	if n, _ := open.Read(old); string(old[:n]) != "old" {
		t.Errorf("a reader of the old file reads %q", old[:n])
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o640 || string(readFile(t, path)) != "new" {
		t.Errorf("the file has mode %v, error %v", info.Mode(), err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%d files are left behind, error %v", len(files), err)
	}
	if err := write(filepath.Join(dir, "missing", "spec.yaml"), nil); err == nil {
		t.Error("a file that does not exist was replaced")
	}
}

func TestUndescribedNamesLines(t *testing.T) {
	t.Parallel()
	if got := Undescribed([]byte("a: b\ndescription: 'TODO: describe'\n\nx: TODO: describe")); !slices.Equal(got, []int{2, 4}) {
		t.Errorf("got lines %v, want 2 and 4", got)
	}
}

// What people have written survives the next model, at the places that it changes too.
func TestDescriptionsSurviveTheNextModel(t *testing.T) {
	t.Parallel()
	spec := strings.ReplaceAll(string(readFile(t, "testdata/added-2026-05-27.yaml")), "'"+todo+"'", "Written by a person.")
	model := string(readFile(t, "testdata/added-2026-05-27.json"))
	for old, new := range map[string]string{
		`"x-served-by": {`:   `"x-cache": {"type": "string"}, "x-served-by": {`, // beside a header of its own
		`"ON_HOLD",`:         `"ON_HOLD", "LOST",`,                              // an enum of two places
		`"format": "double"`: `"format": "float"`,                               // a facet
		`"maxLength": 500`:   `"maxLength": 600, "format": "uri"`,               // two
		`"type": "boolean"`:  `"type": "integer"`,                               // the type of a parameter
		`"from": {`:          `"zone": {"type": "string"}, "from": {`,           // a property before others
		`"urgent",`:          `"urgent", "required": true,`,                     // a parameter
	} {
		if !strings.Contains(model, old) {
			t.Fatalf("the model holds no %q", old)
		}
		model = strings.ReplaceAll(model, old, new)
	}
	dir := t.TempDir()
	o := Options{Model: filepath.Join(dir, "model.json"), Spec: filepath.Join(dir, "spec.yaml"), Write: true, AcceptBreaking: true}
	for path, text := range map[string]string{o.Model: model, o.Spec: spec} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(t, o)
	edited := string(readFile(t, o.Spec))
	if got, want := strings.Count(edited, "Written by a person."), strings.Count(spec, "Written by a person."); got != want {
		t.Errorf("%d of %d descriptions survived", got, want)
	}
	if got := len(Undescribed([]byte(edited))); got != 3 {
		t.Errorf("%d descriptions are to be written, want those of x-cache, LOST and zone", got)
	}
	unchangedByASecondRun(t, o)
}
