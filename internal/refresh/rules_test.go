package refresh

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

type jsonObject = map[string]any

// in walks into decoded JSON; the index of a parameter is its name.
func in(v any, path ...string) jsonObject {
	for _, step := range path {
		switch at := v.(type) {
		case jsonObject:
			v = at[step]
		case []any:
			v = at[slices.IndexFunc(at, func(p any) bool { return p.(jsonObject)["name"] == step })]
		}
	}
	return v.(jsonObject)
}

// Each rule, one change at a time: what the page says of it and whether it breaks.
func TestRules(t *testing.T) {
	t.Parallel()
	source := readFile(t, "testdata/same.json")
	spec := parsed(t, readFile(t, "testdata/spec.yaml"))
	ids := []string{"paths", "/jobs", "get", "parameters", "ids"}
	list := []string{"paths", "/jobs", "get"}
	order := []string{"definitions", "CreateJobRequest"}
	job := []string{"definitions", "Job"}
	set := func(path []string, key string, value any) func(jsonObject) {
		return func(m jsonObject) { in(m, path...)[key] = value }
	}
	remove := func(path []string, key string) func(jsonObject) {
		return func(m jsonObject) { delete(in(m, path...), key) }
	}
	prose := func(from, to string) func(jsonObject) {
		return func(m jsonObject) {
			op := in(m, list...)
			op["description"] = strings.Replace(op["description"].(string), from, to, 1)
		}
	}
	of := func(path []string, more ...string) []string { return slices.Concat(path, more) }
	for name, tc := range map[string]struct {
		change func(jsonObject)
		want   []string // lines of the page, without the dash
	}{
		"removed operation": {remove([]string{"paths"}, "/jobs/{jobId}/cancellations"),
			[]string{"`cancelJob` operation: PUT /jobs/{jobId}/cancellations (**breaking**: " + callFails + ")"}},
		"other route": {func(m jsonObject) {
			p := in(m, "paths")
			p["/orders"] = p["/jobs"]
			delete(p, "/jobs")
		}, []string{"`createJob` route: POST /jobs → POST /orders (**breaking**: " + callFails + ")",
			"`listJobs` route: GET /jobs → GET /orders (**breaking**: " + callFails + ")"}},
		"renamed operation": {set(list, "operationId", "getJobs"),
			[]string{"`listJobs` operationId: listJobs → getJobs (**breaking**: " + typeGone + ")"}},
		"lowered rate":    {prose("| 10.0 |", "| 2 |"), []string{"`listJobs` rate: 10 → 2 (**breaking**: " + throttles + ")"}},
		"lowered burst":   {prose("| 40 |", "| 39 |"), []string{"`listJobs` burst: 40 → 39 (**breaking**: " + throttles + ")"}},
		"raised rate":     {prose("| 10.0 |", "| 10.5 |"), []string{"`listJobs` rate: 10 → 10.5"}},
		"unread plan":     {prose("| 10.0 |", "| ten |"), []string{"`listJobs` usage plan: want two numbers above zero and a whole burst, not \"ten\" and \"40\""}},
		"unstated plan":   {set(list, "description", "Lists jobs."), []string{"`listJobs` rate: 10, which the model does not state", "`listJobs` burst: 40, which the model does not state"}},
		"deprecated":      {set(list, "deprecated", true), []string{"`listJobs` deprecated: false → true"}},
		"other layout":    {prose("| 10.0 | 40 |", "|10|40|"), nil},
		"optional header": {set(of(list, "responses", "200", "headers"), "x-new", jsonObject{"type": "string"}), []string{"`listJobs 200 x-new` header: string"}},

		"new required parameter": {func(m jsonObject) {
			op := in(m, list...)
			op["parameters"] = append(op["parameters"].([]any), jsonObject{"name": "region", "in": "query", "required": true, "type": "string"})
		}, []string{"`listJobs.region` query parameter: string, required (**breaking**: " + needsMore + ")"}},
		"new optional parameter": {func(m jsonObject) {
			op := in(m, list...)
			op["parameters"] = append(op["parameters"].([]any), jsonObject{"name": "region", "in": "query", "type": "string"})
		}, []string{"`listJobs.region` query parameter: string, optional"}},
		"first query parameter": {func(m jsonObject) {
			op := in(m, "paths", "/jobs", "post")
			op["parameters"] = append(op["parameters"].([]any), jsonObject{"name": "dryRun", "in": "query", "type": "boolean"})
		}, []string{"`createJob.dryRun` query parameter: boolean, optional (**breaking**: " + newArgument + ")"}},
		"removed parameter": {func(m jsonObject) {
			op := in(m, list...)
			op["parameters"] = op["parameters"].([]any)[1:]
		}, []string{"`listJobs.ids` query parameter: array of string, minItems 1, maxItems 20, optional (**breaking**: " + typeGone + ")"}},
		"required parameter": {set(ids, "required", true), []string{"`listJobs.ids` required: optional → required (**breaking**: " + needsMore + ")"}},
		"optional parameter": {set(of(list, "parameters", "createdAfter"), "required", false), []string{"`listJobs.createdAfter` required: required → optional"}},
		"repeated array":     {set(ids, "collectionFormat", "multi"), []string{"`listJobs.ids` collection: csv → multi (**breaking**: " + callFails + ")"}},
		"lowered maximum":    {set(ids, "maxItems", 10), []string{"`listJobs.ids` maxItems: 20 → 10 (**breaking**: " + mayRefuse + ")"}},
		"raised maximum":     {set(ids, "maxItems", 30), []string{"`listJobs.ids` maxItems: 20 → 30"}},
		"lifted maximum":     {remove(ids, "maxItems"), []string{"`listJobs.ids` maxItems: 20 → none"}},
		"raised minimum":     {set(ids, "minItems", 2), []string{"`listJobs.ids` minItems: 1 → 2 (**breaking**: " + mayRefuse + ")"}},
		"pattern on items":   {set(of(ids, "items"), "pattern", `^[0-9\-]+$`), []string{"`listJobs.ids[]` pattern: none → `^[0-9\\-]+$` (**breaking**: " + mayRefuse + ")"}},
		"doubled backslash":  {set(of(ids, "items"), "pattern", `^\\d+$`), []string{"`listJobs.ids[]` pattern: none → `^\\d+$` (**breaking**: " + mayRefuse + ")"}},
		"other default":      {set(of(list, "parameters", "pageSize"), "default", 10), []string{"`listJobs.pageSize` default: 20 → 10 (**breaking**: " + changedNil + ")"}},
		"other parameter type": {set(of(list, "parameters", "createdAfter"), "type", "integer"),
			[]string{"`listJobs.createdAfter` type: string (date-time) → integer (**breaking**: " + newType + ")"}},

		"new required property in a request": {func(m jsonObject) {
			in(m, of(order, "properties")...)["store"] = jsonObject{"type": "string"}
			in(m, order...)["required"] = []any{"kind", "contentMD5", "store"}
		}, []string{"`CreateJobRequest.store` property: string, required (**breaking**: " + needsMore + ")"}},
		"new required property in an answer": {func(m jsonObject) {
			in(m, of(job, "properties")...)["store"] = jsonObject{"type": "string"}
			in(m, job...)["required"] = []any{"jobId", "store"}
		}, []string{"`Job.store` property: string, required"}},
		"required property in a request": {set(order, "required", []any{"kind", "contentMD5", "note"}),
			[]string{"`CreateJobRequest.note` required: optional → required (**breaking**: " + needsMore + ")"}},
		"optional property in an answer": {remove(job, "required"),
			[]string{"`Job.jobId` required: required → optional (**breaking**: " + mayLack + ")"}},
		"required struct in an answer": {set(job, "required", []any{"jobId", "location"}),
			[]string{"`Job.location` required: optional → required (**breaking**: " + newType + ")"}},
		"required struct, written in place": {set([]string{"definitions", "ListJobsResponse"}, "required", []any{"payload"}),
			[]string{"`ListJobsResponse.payload` required: optional → required (**breaking**: " + newType + ")"}},
		"required list in an answer": {set([]string{"definitions", "GetJobResponse"}, "required", []any{"errors"}),
			[]string{"`GetJobResponse.errors` required: optional → required"}},
		"map that becomes a struct": {set(of(job, "properties", "headers"), "properties", jsonObject{"a": jsonObject{"type": "string"}}),
			[]string{"`Job.headers` type: object with values of string → object {a?: string} (**breaking**: " + newType + ")"}},
		"struct that becomes a map": {set([]string{"definitions", "Location"}, "properties", jsonObject{}),
			[]string{"`Location` type: object {city?: string; floor?: integer (int32)} → object (**breaking**: " + newType + ")"}},
		"removed property": {remove(of(job, "properties"), "seller"),
			[]string{"`Job.seller` property: string, pattern `^[A-Z0-9]*$` (**breaking**: " + typeGone + ")"}},
		"longer request items": {set(of(order, "properties", "skills", "items"), "maxLength", 60), []string{"`CreateJobRequest.skills[]` maxLength: 50 → 60"}},
		"longer answer":        {set(of(job, "properties", "jobId"), "maxLength", 200), []string{"`Job.jobId` maxLength: 100 → 200 (**breaking**: " + mayExceed + ")"}},
		"shorter answer":       {set(of(job, "properties", "jobId"), "maxLength", 50), []string{"`Job.jobId` maxLength: 100 → 50"}},
		"free pattern":         {remove(of(job, "properties", "seller"), "pattern"), []string{"`Job.seller` pattern: `^[A-Z0-9]*$` → none (**breaking**: " + mayExceed + ")"}},
		"other format":         {set([]string{"definitions", "Location", "properties", "floor"}, "format", "int64"), []string{"`Location.floor` format: int32 → int64 (**breaking**: " + newType + ")"}},
		"float": {remove([]string{"definitions", "Location", "properties", "floor"}, "format"),
			[]string{"`Location.floor` type: integer (int32) → number (**breaking**: " + newType + ")"}},
		"narrowed enum": {func(m jsonObject) {
			for _, path := range [][]string{of(order, "properties", "kind"), of(job, "properties", "kind")} {
				in(m, path...)["enum"] = []any{"REPAIR"}
			}
		}, []string{"`Job.kind` enum values: VISIT (**breaking**: " + typeGone + ")", "`CreateJobRequest.kind` enum values: VISIT (**breaking**: " + typeGone + ")"}},
		"wider enum": {set(of(job, "properties", "kind"), "enum", []any{"REPAIR", "VISIT", "CALL"}), []string{"`Job.kind` enum values: CALL (**breaking**: " + newType + ")"}},
		"wider enum everywhere": {func(m jsonObject) {
			for _, path := range [][]string{of(order, "properties", "kind"), of(job, "properties", "kind")} {
				in(m, path...)["enum"] = []any{"REPAIR", "VISIT", "CALL"}
			}
		}, []string{"`Job.kind` enum values: CALL", "`CreateJobRequest.kind` enum values: CALL"}},
		"wider enum of a list": {func(m jsonObject) {
			in(m, of(list, "parameters", "status", "items")...)["enum"] = []any{"OPEN", "CLOSED", "LOST"}
		}, []string{"`listJobs.status[]` enum values: LOST (**breaking**: " + newType + ")"}},
		"sorted enum":  {set(of(job, "properties", "kind"), "enum", []any{"VISIT", "REPAIR"}), nil},
		"lifted enum":  {remove(of(job, "properties", "kind"), "enum"), []string{"`Job.kind` type: JobKind → string (**breaking**: " + newType + ")"}},
		"other $ref":   {set(of(job, "properties"), "location", jsonObject{"$ref": "#/definitions/Error"}), []string{"`Job.location` type: Location → Error (**breaking**: " + newType + ")"}},
		"stated prose": {set(of(job, "properties"), "headers", jsonObject{"type": "object", "additionalProperties": jsonObject{"type": "string"}}), nil},
		"typed map":    {set(of(job, "properties"), "headers", jsonObject{"type": "object", "additionalProperties": jsonObject{"type": "integer"}}), []string{"`Job.headers{}` type: string → integer (**breaking**: " + newType + ")"}},

		"removed status": {remove([]string{"paths", "/jobs/{jobId}", "get", "responses"}, "404"), []string{"`getJob 404` status (**breaking**: " + statusGone + ")"}},
		"new failure":    {set(of(list, "responses"), "503", jsonObject{"schema": jsonObject{"$ref": "#/definitions/ListJobsResponse"}}), []string{"`listJobs 503` status with ListJobsResponse"}},
		"new success":    {set(of(list, "responses"), "202", jsonObject{}), []string{"`listJobs 202` status with nothing (**breaking**: " + mayExceed + ")"}},
		"other answer":   {set(of(list, "responses", "200"), "schema", jsonObject{"$ref": "#/definitions/Job"}), []string{"`listJobs 200` body: ListJobsResponse → Job (**breaking**: " + newType + ")"}},
		"no answer":      {remove(of(list, "responses", "200"), "schema"), []string{"`listJobs 200` body: ListJobsResponse → nothing (**breaking**: " + newType + ")"}},
		"other body":     {set([]string{"paths", "/jobs", "post", "parameters", "body"}, "schema", jsonObject{"$ref": "#/definitions/Job"}), []string{"`createJob body` type: CreateJobRequest → Job (**breaking**: " + newType + ")"}},
		"optional body":  {set([]string{"paths", "/jobs", "post", "parameters", "body"}, "required", false), []string{"`createJob body` required: required → optional"}},
		"new optional body": {func(m jsonObject) {
			op := in(m, list...)
			op["parameters"] = append(op["parameters"].([]any), jsonObject{"name": "body", "in": "body", "schema": jsonObject{"$ref": "#/definitions/Location"}})
		}, []string{"`listJobs body` optional Location (**breaking**: " + newArgument + ")"}},
		"no body":           {set([]string{"paths", "/jobs", "post"}, "parameters", []any{}), []string{"`createJob body` CreateJobRequest (**breaking**: " + callFails + ")"}},
		"dropped header":    {remove(of(list, "responses", "200", "headers"), "x-amzn-RateLimit-Limit"), []string{"`x-amzn-RateLimit-Limit` header that the model does not state any more: 1 responses (200 of listJobs)"}},
		"sandbox examples":  {set(of(list, "responses", "200"), "x-amzn-api-sandbox", jsonObject{"static": []any{jsonObject{}, jsonObject{}}}), []string{"`listJobs` sandbox examples: 200 (0 → 2)"}},
		"other description": {set(of(job, "properties", "seller"), "description", "Text."), nil},
		"new definition":    {set([]string{"definitions"}, "Extra", jsonObject{"type": "string"}), []string{"`Extra` schema: string"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var m jsonObject
			if err := json.Unmarshal(source, &m); err != nil {
				t.Fatal(err)
			}
			tc.change(m)
			text, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			model, err := readSwagger(text)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range compare(spec, model) {
				got = append(got, strings.TrimSuffix(strings.TrimPrefix(c.line(), "- "), "\n"))
			}
			slices.Sort(got)
			slices.Sort(tc.want)
			if !slices.Equal(got, tc.want) {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(tc.want, "\n     "))
			}
		})
	}
}

// A struct that requests carry becomes a pointer where it may be absent, and
// the other way round.
func TestRequiredStructsOfRequests(t *testing.T) {
	t.Parallel()
	at := jsonObject{"$ref": "#/definitions/Location"}
	swagger := func(required ...any) *api {
		t.Helper()
		m := decoded(t, readFile(t, "testdata/same.json"))
		order := in(m, "definitions", "CreateJobRequest")
		order["properties"].(jsonObject)["at"], order["required"] = at, append([]any{"kind", "contentMD5"}, required...)
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		model, err := readSwagger(text)
		if err != nil {
			t.Fatal(err)
		}
		return model
	}
	optional, required := swagger(), swagger("at")
	for _, tc := range []struct {
		old, new *api
		want     string
	}{
		{required, optional, "- `CreateJobRequest.at` required: required → optional (**breaking**: " + newType + ")\n"},
		{optional, required, "- `CreateJobRequest.at` required: optional → required (**breaking**: " + needsMore + ")\n"},
	} {
		if changes := compare(tc.old, tc.new); len(changes) != 1 || changes[0].line() != tc.want {
			t.Errorf("got %v, want %s", changes, tc.want)
		}
	}
}

func TestUsageFollowsNewDefinitions(t *testing.T) {
	t.Parallel()
	model, err := readSwagger(readFile(t, "testdata/same.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]direction{
		"GetJobResponse": received, "ListJobsResponse": received, "Job": received, "Location": received, "Error": received,
		"CreateJobRequest": sent,
	}
	if got := usage(model); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
