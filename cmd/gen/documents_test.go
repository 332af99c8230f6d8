package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spservices/services-go/api"
)

// changed is a document with one passage replaced.
func changed(t *testing.T, spec, old, replacement string) string {
	t.Helper()
	if !strings.Contains(spec, old) {
		t.Fatalf("the description has no %q", old)
	}
	return strings.Replace(spec, old, replacement, 1)
}

func document(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spec.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The first operation of the description, and how its part begins.
const (
	firstOperation = "getServiceJobByServiceJobId"
	firstPlan      = "      x-usage-plan: {rate: 20, burst: 40}\n"
	firstClass     = "      x-operation-class: read\n"

	buyerName = "x-personal: true, description: Name of the buyer"
	duration  = "durationInMinutes: {type: integer,"
	itemTitle = "title: {type: string, description: Title of the item."
)

// TestBadDocuments holds that a mistake is an error that says where it is.
func TestBadDocuments(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, replacement string
		want             []string // in the error
	}{
		"no usage plan":        {firstPlan, "", []string{firstOperation, "x-usage-plan"}},
		"no rate":              {firstPlan, "      x-usage-plan: {burst: 40}\n", []string{firstOperation, "x-usage-plan"}},
		"no burst":             {firstPlan, "      x-usage-plan: {rate: 20}\n", []string{firstOperation, "x-usage-plan"}},
		"rate in words":        {firstPlan, "      x-usage-plan: {rate: twenty, burst: 40}\n", []string{firstOperation, "x-usage-plan"}},
		"rate of zero":         {firstPlan, "      x-usage-plan: {rate: 0, burst: 40}\n", []string{firstOperation, "x-usage-plan"}},
		"burst of zero":        {firstPlan, "      x-usage-plan: {rate: 20, burst: 0}\n", []string{firstOperation, "x-usage-plan"}},
		"no class":             {firstClass, "", []string{firstOperation, "x-operation-class"}},
		"unknown class":        {firstClass, "      x-operation-class: reed\n", []string{firstOperation, "x-operation-class"}},
		"repeat of a read":     {firstClass, firstClass + "      x-repeat-finds-done: true\n", []string{firstOperation, "x-repeat-finds-done", "idempotent"}},
		"repeat that does not": {"x-repeat-finds-done: true", "x-repeat-finds-done: false", []string{"cancelServiceJobByServiceJobId", "x-repeat-finds-done"}},
		"pagination without items": {
			"x-pagination: {parameter: pageToken, token: payload.nextPageToken, items: payload.jobs}",
			"x-pagination: {parameter: pageToken, token: payload.nextPageToken}", []string{"getServiceJobs", "x-pagination", "items"},
		},
		"pagination with a number": {
			"x-pagination: {parameter: pageToken, ", "x-pagination: {parameter: 5, ", []string{"getServiceJobs", "x-pagination", "parameter"},
		},
		"presence misspelt": {"x-presence: explicit", "x-presence: explicitly", []string{"Buyer.isPrimeMember", "x-presence", "explicitly"}},
		"status in letters": {"        '503': {$ref: '#/components/responses/GetServiceJobError'}", "        default: {$ref: '#/components/responses/GetServiceJobError'}", []string{firstOperation, "default"}},
		"schema that is not there": {
			"{$ref: '#/components/schemas/GetServiceJobByServiceJobIdResponse'}", "{$ref: '#/components/schemas/Nowhere'}", []string{"Nowhere"},
		},
		"reference to another host": {
			"{$ref: '#/components/schemas/GetServiceJobByServiceJobIdResponse'}", "{$ref: 'http://127.0.0.1:1/other.yaml#/A'}", []string{"disallowed external reference", "other.yaml"},
		},
		"reference to another file": {
			"{$ref: '#/components/schemas/GetServiceJobByServiceJobIdResponse'}", "{$ref: 'other.yaml#/A'}", []string{"disallowed external reference", "other.yaml"},
		},
		"no operationId":             {"      operationId: getServiceJobs\n", "", []string{"GET /service/v1/serviceJobs", "operationId"}},
		"operationId twice":          {"      operationId: getServiceJobs\n", "      operationId: " + firstOperation + "\n", []string{firstOperation, "same operation id"}},
		"extension of an operation":  {firstClass, firstClass + "      x-payloads: payload\n", []string{firstOperation, "x-payloads"}},
		"extension of a schema":      {buyerName, "x-personal-data: true, description: Name of the buyer", []string{"Buyer.name (line ", "x-personal-data"}},
		"extension of the document":  {"x-marketplaces:", "x-marketplace:", []string{"x-marketplace "}},
		"extension of a parameter":   {"      description: Token of the page wanted", "      x-personal: true\n          description: Token of the page wanted", []string{"x-personal", "parameter"}},
		"mark that is not true":      {buyerName, "x-personal: no way, description: Name of the buyer", []string{"Buyer.name", "x-personal is no way"}},
		"payload that is not there":  {"x-payload: payload", "x-payload: payloads", []string{firstOperation, "x-payload names payloads"}},
		"page token not there":       {"token: payload.nextPageToken, items: payload.jobs", "token: payload.nextToken, items: payload.jobs", []string{"getServiceJobs", "payload.nextToken"}},
		"page items not there":       {"token: payload.nextPageToken, items: payload.jobs", "token: payload.nextPageToken, items: jobs", []string{"getServiceJobs", "x-pagination names jobs"}},
		"page parameter not there":   {"x-pagination: {parameter: pageToken, ", "x-pagination: {parameter: page, ", []string{"getServiceJobs", "x-pagination names page,"}},
		"success without a name":     {"{$ref: '#/components/schemas/GetServiceJobByServiceJobIdResponse'}", "{type: object}", []string{firstOperation, "200"}},
		"list not comma separated":   {"explode: false", "explode: true", []string{"getServiceJobs parameter serviceOrderIds", "explode false"}},
		"parameter in a header":      {"in: query", "in: header", []string{"parameter", "is in a header"}},
		"pattern that is none":       {"pattern: '^[A-Za-z0-9+/]{22}={2}$'", "pattern: '^(?!a)$'", []string{"ServiceUploadDocument", "regexp"}},
		"pattern of a number":        {"durationInMinutes: {type: integer, minimum: 1,", "durationInMinutes: {type: integer, pattern: '^1',", []string{"AppointmentTime.durationInMinutes", "pattern"}},
		"exclusive bound":            {"{type: integer, minimum: 1, maximum: 20,", "{type: integer, minimum: 1, exclusiveMinimum: true, maximum: 20,", []string{"pageSize", "exclusiveMinimum"}},
		"fractional bound":           {"{type: integer, minimum: 1, maximum: 20,", "{type: integer, minimum: 1.5, maximum: 20,", []string{"pageSize", "1.5"}},
		"bounds of an exact number":  {"x-exact: true", "x-exact: true, minimum: 0", []string{"MoneyAmount.value", "minimum"}},
		"keyword without checks":     {itemTitle, "title: {type: string, nullable: true, description: Title of the item.", []string{"AssociatedItem.title", "nullable"}},
		"keyword misspelt":           {itemTitle, "title: {type: string, maxlength: 5, description: Title of the item.", []string{"AssociatedItem", "maxlength"}},
		"format without a Go type":   {itemTitle, "title: {type: string, format: uuid, description: Title of the item.", []string{"AssociatedItem.title", "uuid"}},
		"no type":                    {itemTitle, "title: {description: Title of the item.", []string{"AssociatedItem.title", "one type"}},
		"unknown type":               {itemTitle, "title: {type: text, description: Title of the item.", []string{"AssociatedItem", "text"}},
		"requires what is not there": {"required: [startTime, durationInMinutes]", "required: [startTime, duration]", []string{"AppointmentTime", "requires duration,"}},
		"doc of no enum value":       {"ASC: ", "ASCENDING: ", []string{"SortOrder", "ASCENDING"}},
		"map of numbers":             {"additionalProperties: {type: string}", "additionalProperties: {type: integer}", []string{"additionalProperties"}},
		"plan of a half burst":       {firstPlan, "      x-usage-plan: {rate: 20, burst: 40.5}\n", []string{firstOperation, "x-usage-plan"}},
		"plan of more":               {firstPlan, "      x-usage-plan: {rate: 20, burst: 40, per: minute}\n", []string{firstOperation, "x-usage-plan"}},
		"pagination of more":         {"x-pagination: {parameter: pageToken, ", "x-pagination: {limit: 3, parameter: pageToken, ", []string{"getServiceJobs", "more than"}},
		"pagination without a map":   {"x-pagination: {parameter: pageToken, token: payload.nextPageToken, items: payload.jobs}", "x-pagination: true", []string{"getServiceJobs", "x-pagination lacks"}},
		"payload without a name":     {"x-payload: payload", "x-payload: true", []string{firstOperation, "x-payload is true"}},
		"two successes":              {"        '400': {$ref: '#/components/responses/GetServiceJobError'}", "        '201': {$ref: '#/components/responses/GetServiceJobError'}", []string{firstOperation, "2 successes"}},
		"no marketplaces":            {"x-marketplaces:\n", "x-sandbox-examples:\n", []string{"x-marketplaces"}},
		"two marketplaces alike":     {"fe: {SG: ", "fe: {US: ", []string{"x-marketplaces", "US"}},
		"required and maybe zero":    {duration + " minimum: 1,", duration, []string{"AppointmentTime.durationInMinutes (line ", "x-presence"}},
		"required and explicit":      {duration + " minimum: 1,", duration + " minimum: 1, x-presence: explicit,", []string{"AppointmentTime.durationInMinutes", "required"}},
		"required truth":             {duration + " minimum: 1,", "durationInMinutes: {type: boolean,", []string{"AppointmentTime.durationInMinutes", "x-presence"}},
		"required number of a query": {"          required: true\n          description: Code of the reason for cancelling.\n          schema: {type: string, minLength: 1, maxLength: 100, pattern: '^[A-Z0-9_]*$', x-since: {pattern: \"2022-08-10\"}}", "          required: true\n          description: D.\n          schema: {type: integer}", []string{"cancelServiceJobByServiceJobId parameter cancellationReasonCode", "zero"}},
		"presence of a text":         {buyerName, "x-presence: explicit, description: Name of the buyer", []string{"Buyer.name (line ", "x-presence"}},
		"presence of a parameter":    {"{type: integer, minimum: 1, maximum: 20,", "{type: integer, x-presence: always, minimum: 1, maximum: 20,", []string{"pageSize", "x-presence"}},
		"text that is exact":         {itemTitle, "title: {type: string, x-exact: true, description: Title of the item.", []string{"AssociatedItem.title (line ", "x-exact"}},
		"mark on a schema":           {"    DateTimeRange:\n      type: object\n", "    DateTimeRange:\n      x-personal: true\n      type: object\n", []string{"DateTimeRange (line ", "x-personal"}},
		"mark on an item":            {itemTitle, "title: {type: array, items: {type: string, x-secret: true}, description: Title of the item.", []string{"AssociatedItem.title[] (line ", "x-secret"}},
		"offset of a time":           {itemTitle, "title: {type: string, format: date-time, x-time-offset: kept, description: Title of the item.", []string{"AssociatedItem.title (line ", "x-time-offset"}},
		"limits that exclude all":    {itemTitle, "title: {type: string, minLength: 9, maxLength: 3, description: Title of the item.", []string{"AssociatedItem.title (line ", "limits"}},
		"another OpenAPI":            {"openapi: 3.0.3", "openapi: 3.1.0", []string{"3.1.0"}},
		"limits within a map":        {"additionalProperties: {type: string}", "additionalProperties: {type: string, maxLength: 5}", []string{"additionalProperties", "without limits"}},
		"nothing else in an object":  {"      required: [startTime, durationInMinutes]\n", "      additionalProperties: false\n", []string{"AppointmentTime (line ", "additionalProperties"}},
		"fewest properties":          {"      required: [startTime, durationInMinutes]\n", "      minProperties: 1\n", []string{"AppointmentTime (line ", "minProperties"}},
		"bound beyond 64 bits":       {duration + " minimum: 1,", duration + " minimum: 1e30,", []string{"durationInMinutes", "64 bits"}},
		"object in a list":           {itemTitle, "title: {type: array, items: {type: object, properties: {a: {type: string}}}, description: Title of the item.", []string{"AssociatedItem.title[] (line ", "a name"}},
		"object in an object":        {itemTitle, "title: {type: object, properties: {a: {type: object, properties: {b: {type: string}}}}, description: Title of the item.", []string{"AssociatedItem.title.a (line ", "a name"}},
		"object of a taken name":     {"        appointmentId: {$ref: '#/components/schemas/AppointmentId'}\n        appointmentStatus:", "        time: {type: object, properties: {a: {type: string}}}\n        appointmentStatus:", []string{"Appointment.time", "AppointmentTime"}},
		"enum without a name":        {itemTitle, "title: {type: string, enum: [A, B], description: Title of the item.", []string{"AssociatedItem.title (line ", "a name"}},
		"enum of numbers":            {"type: string\n      description: Direction of a sort.\n      enum: [ASC, DESC]", "type: integer\n      description: D.\n      enum: [1, 2]", []string{"SortOrder (line ", "enum"}},
		"enum with nothing":          {"enum: [ASC, DESC]", "enum: [ASC, DESC, '']", []string{"SortOrder (line ", "Go name"}},
		"enum values alike":          {"enum: [ASC, DESC]", "enum: [ASC, DESC, Desc]", []string{"SortOrder (line ", "DESC and Desc"}},
		"properties alike":           {itemTitle, "Quantity: {type: integer, description: Q.}\n        " + itemTitle, []string{"AssociatedItem (line ", "Quantity and quantity"}},
		"schemas alike":              {"    SortOrder:\n", "    POAtype: {type: string, description: D.}\n\n    SortOrder:\n", []string{"POAtype and PoaType"}},
		"operations alike":           {"operationId: updateReservation", "operationId: CreateReservation", []string{"CreateReservation and createReservation"}},
		"default in quotes":          {"        - name: pageToken\n          in: query\n          description: Token of the page wanted, unchanged from the answer before. Empty on a first page.\n          schema: {type: string}", "        - name: pageToken\n          in: query\n          description: D.\n          schema: {type: string, default: 'a\"b'}", []string{"getServiceJobs parameter pageToken", "default"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuses(t, document(t, changed(t, string(api.Spec()), c.old, c.replacement)), c.want...)
		})
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"broken YAML":    {"openapi: 3.0.3\ninfo: {title: [\n", []string{"yaml", "line 3"}},
		"not a document": {"just text", []string{"line 1", "just text"}},
		"empty":          {"", []string{"spec.yaml"}},
		"no paths":       {"openapi: 3.0.3\ninfo: {title: T, version: v1}\ncomponents: {schemas: {A: {type: string}}}\n", []string{"spec.yaml", "paths"}},
		"no schemas":     {"openapi: 3.0.3\ninfo: {title: T, version: v1}\npaths: {}\n", []string{"spec.yaml", "schemas"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuses(t, document(t, c.text), c.want...)
		})
	}
}

func refuses(t *testing.T, spec string, want ...string) {
	t.Helper()
	out := t.TempDir()
	err := run(spec, out)
	if err == nil {
		t.Fatal("taken")
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, err)
		}
	}
	if left, err := os.ReadDir(out); err != nil || len(left) > 0 {
		t.Errorf("wrote %v all the same, %v", left, err)
	}
}

// A schema or a property whose Go name the templates or the façade have already.
func TestNamesThatAreTaken(t *testing.T) {
	t.Parallel()
	schema := func(name string) [2]string {
		return [2]string{"    SortOrder:\n", "    " + name + ":\n      type: object\n      description: D.\n      properties: {a: {type: string, maxLength: 3}}\n\n    SortOrder:\n"}
	}
	for name, c := range map[string]struct {
		change [2]string
		want   string
	}{
		"templates":   {schema("Operation"), "gen.Operation of gen/"},
		"façade":      {schema("Region"), "facade.Region of facade/models.gen.go is taken by ../../facade/regions.go"},
		"parameters":  {schema("GetServiceJobsParams"), "gen.GetServiceJobsParams "},
		"a constant":  {schema("SortOrderAsc"), "gen.SortOrderAsc "},
		"a method":    {[2]string{duration + " minimum: 1,", "validate: {type: string, description: D.}\n        " + duration + " minimum: 1,"}, "gen.AppointmentTime.Validate "},
		"the printer": {[2]string{"        name: {type: string, " + buyerName, "        format: {type: string, description: D.}\n        name: {type: string, " + buyerName}, "gen.Buyer.Format "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := generate([]byte(changed(t, string(api.Spec()), c.change[0], c.change[1])), root)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// A required number whose zero is a value of its own is not refused for it.
func TestRequiredZero(t *testing.T) {
	t.Parallel()
	spec := changed(t, string(api.Spec()), duration+" minimum: 1,", duration+" minimum: 0, x-presence: always,")
	code := string(generated(t, document(t, spec))["gen/validate.gen.go"])
	const check = `c.Required("durationInMinutes"`
	if strings.Contains(code, check) || !strings.Contains(code, `c.Range("durationInMinutes", int64(v.DurationInMinutes), 0,`) {
		t.Error("zero is refused, or what is below it is not")
	}
	if !strings.Contains(string(current(t)["gen/validate.gen.go"]), check) {
		t.Errorf("there is no %s without the change", check)
	}
}

// TestChangesReachTheCode holds that what a document says is in the code.
func TestChangesReachTheCode(t *testing.T) {
	t.Parallel()
	const jobID = "Service job identifier, as found in a job listing.\n      schema: {type: string, "
	spec := string(api.Spec())
	for _, c := range []struct{ old, replacement string }{
		{firstPlan, "      x-usage-plan: {rate: 0.5, burst: 7}\n"},
		{firstClass, "      x-operation-class: once\n"},
		{"      x-repeat-finds-done: true\n", ""},
		{jobID + "minLength: 1, maxLength: 100}", jobID + "minLength: 2, maxLength: 36}"},
		{"maximum: 5242880", "maximum: 1000"},
		{"pattern: '^[A-Za-z0-9+/]{22}={2}$'", "pattern: '^x+$'"},
		{"enum: [ASC, DESC]", "enum: [ASC, DESC, RANDOM_ORDER]"},
		{"title: {type: string, description: Title of the service.}", "title: {type: string, x-personal: true, maxLength: 7, description: Title of the service.}"},
		{"description: Direction of a sort.", "description: Way that a sort goes."},
		{"default: 20", "default: 10"},
		{"brandName: {type: string,", "brandName: {type: string, x-personal: true,"},
		{"currency: {type: string,", "currency: {type: string, x-personal: true,"},
		{"capacity: {type: integer, minimum: 1,", "capacity: {type: integer, minimum: 1, x-presence: explicit,"},
	} {
		spec = changed(t, spec, c.old, c.replacement)
	}
	files := generated(t, document(t, spec))
	for _, c := range []struct{ path, want string }{
		{"gen/operations.gen.go", "Class: Once, Rate: 0.5, Burst: 7,"},
		{"gen/operations.gen.go", `{Name: "serviceJobId", MinLength: 2, MaxLength: 36}`},
		{"gen/client.gen.go", "0.5 requests per second, burst 7."},
		{"gen/validate.gen.go", `c.Range("contentLength", int64(v.ContentLength), 1, 1000)`},
		{"gen/validate.gen.go", `pattern.Must("^x+$")`},
		{"gen/validate.gen.go", `c.Range("capacity", int64(*v.Capacity), 1, math.MaxInt64)`},
		{"gen/validate.gen.go", `c.Hide() c.Length("title", v.Title, 0, 7) c.Show()`},
		{"gen/models.gen.go", `SortOrderRandomOrder SortOrder = "RANDOM_ORDER"`},
		{"gen/models.gen.go", `return []SortOrder{SortOrderAsc, SortOrderDesc, SortOrderRandomOrder}`},
		{"gen/models.gen.go", "way that a sort goes."},
		{"gen/models.gen.go", "`query:\"pageSize,10\"`"},
		{"gen/models.gen.go", "`json:\"brandName,omitzero\" redact:\"personal\"`"},
		{"gen/models.gen.go", "Capacity *int `json:\"capacity,omitzero\"`"},
		{"gen/redact.gen.go", "func (v MoneyAmount) Format("},
		{"facade/models.gen.go", "SortOrderRandomOrder = gen.SortOrderRandomOrder"},
	} {
		if !strings.Contains(oneSpace(string(files[c.path])), oneSpace(c.want)) {
			t.Errorf("%s has no %s", c.path, c.want)
		}
		if strings.Contains(oneSpace(string(current(t)[c.path])), oneSpace(c.want)) {
			t.Errorf("%s has %s without the change", c.path, c.want)
		}
	}
}

// oneSpace undoes gofmt's columns.
func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }
