package refresh

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is written for one change of the model, as lines of the document.
func TestWritten(t *testing.T) {
	t.Parallel()
	const (
		getJob    = "#/components/responses/GetJobError'}"
		described = "description: 'TODO: describe'\n"
	)
	both := jsonObject{"x-amzn-RateLimit-Limit": jsonObject{"type": "string"}, "x-amzn-RequestId": jsonObject{"type": "string"}}
	one := jsonObject{"x-amzn-RequestId": jsonObject{"type": "string"}}
	answer := func(of string, headers jsonObject) jsonObject {
		return jsonObject{"headers": headers, "schema": jsonObject{"$ref": "#/definitions/" + of}}
	}
	answers := func(path, status string, r jsonObject) func(jsonObject) {
		return func(m jsonObject) { in(m, "paths", path, "get", "responses")[status] = r }
	}
	const old, job = "        city: {type: string, x-personal: true, description: City.}\n", "      required: [jobId]\n"
	for name, tc := range map[string]struct {
		edits  [2]string // of the document beforehand
		change func(jsonObject)
		want   []string
		not    []string
	}{
		"success like a failure": {change: answers("/jobs/{jobId}", "202", answer("GetJobResponse", both)),
			want: []string{"        '202':\n          " + described}, not: []string{"'202': {$ref"}},
		"failure of its own": {change: answers("/jobs/{jobId}", "500", answer("GetJobResponse", both)),
			want: []string{"        '500': {$ref: '" + getJob}},
		"failure of its own, without the rate": {change: answers("/jobs", "500", answer("ListJobsResponse", one)),
			want: []string{"        '500': {$ref: '#/components/responses/ListJobsErrorNoRate'}"}},
		"failure of another": {change: answers("/jobs", "500", answer("GetJobResponse", both)),
			want: []string{"        '500':\n          " + described}},
		"operation with an answer that is known": {change: func(m jsonObject) {
			in(m, "paths")["/jobs/{jobId}/summary"] = jsonObject{"get": jsonObject{"operationId": "getSummary",
				"parameters": in(m, "paths", "/jobs/{jobId}", "get")["parameters"],
				"responses":  jsonObject{"200": answer("GetJobResponse", both), "404": answer("GetJobResponse", both), "500": answer("ListJobsResponse", one)}}}
		}, want: []string{"        '200':\n          " + described, "        '404': {$ref: '" + getJob, "        '500':\n          " + described,
			"x-operation-class: read\n"}},
		"operation that puts": {change: func(m jsonObject) {
			in(m, "paths")["/jobs/{jobId}/moves"] = jsonObject{"put": jsonObject{"operationId": "moveJob",
				"parameters": in(m, "paths", "/jobs/{jobId}", "get")["parameters"], "responses": jsonObject{"204": jsonObject{}}}}
		}, want: []string{"      operationId: moveJob\n", "      x-operation-class: once\n      parameters:\n        - $ref: '#/components/parameters/JobIdPath'\n      responses:\n        '204':\n          description: 'TODO"}},
		"nothing required any more": {edits: [2]string{job, job + "      x-since: {required: \"2022-08-10\"}\n"},
			change: func(m jsonObject) { delete(in(m, "definitions", "Job"), "required") },
			want:   []string{"      description: A job that a buyer's order asks for.\n      properties:\n"}, not: []string{"2022-08-10"}},
		"description of several lines": {edits: [2]string{old, "        city:\n          type: string\n          description: |\n            City: where\n\n            it's.\n"},
			change: func(m jsonObject) { in(m, "definitions", "Location", "properties", "city")["type"] = "integer" },
			want:   []string{`description: "City: where\n\nit's."`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := string(readFile(t, "testdata/spec.yaml"))
			if !strings.Contains(text, tc.edits[0]) {
				t.Fatalf("the document has no %q", tc.edits[0])
			}
			if tc.edits[0] != "" {
				text = strings.Replace(text, tc.edits[0], tc.edits[1], 1)
			}
			model := decoded(t, readFile(t, "testdata/same.json"))
			tc.change(model.(jsonObject))
			source, err := json.Marshal(model)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			o := Options{Model: filepath.Join(dir, "model.json"), Spec: filepath.Join(dir, "spec.yaml"), Write: true, AcceptBreaking: true}
			for path, content := range map[string]string{o.Model: string(source), o.Spec: text} {
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			run(t, o)
			edited := string(readFile(t, o.Spec))
			for _, want := range tc.want {
				if !strings.Contains(edited, want) {
					t.Errorf("no %q in\n%s", want, edited)
				}
			}
			for _, not := range tc.not {
				if strings.Contains(edited, not) {
					t.Errorf("there is %q in\n%s", not, edited)
				}
			}
		})
	}
}
