package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// node is an object of the document, its $refs unresolved.
type node = map[string]any

// methods are the HTTP methods that the API uses.
var methods = []string{"get", "put", "post", "delete"}

// readings turn what the reference prints into what the document says. README.md gives the reason of each.
var readings = []struct{ printed, written string }{
	{"<li>", "*"},
	{`\\\\+/`, "+/"},
	{"number (int32)", "integer (int32)"},
	{"number (int64)", "integer (int64)"},
	{"x-amzn-requestId", "x-amzn-RequestId"},
	{"x-amzn-requestid", "x-amzn-RequestId"},
	{" 204: string,", " 204: no body,"},
	{" 204: CancelReservationResponse,", " 204: no body,"},
	{"enum Type:", "enum ReservationType:"},
	{"property Reservation.type: Type", "property Reservation.type: ReservationType"},
	{"enum Standard:", "enum EncryptionStandard:"},
	{"property EncryptionDetails.standard: Standard", "property EncryptionDetails.standard: EncryptionStandard"},
	{"definition payload:", "definition AssignAppointmentResourcesResponse.payload:"},
	{"property payload.", "property AssignAppointmentResourcesResponse.payload."},
	{"Response.payload: payload", "Response.payload: AssignAppointmentResourcesResponse.payload"},
}

// referenceFacts returns the facts of the reference in the document's words.
func referenceFacts(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile("testdata/reference.txt")
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	var pairs []string
	for _, r := range readings {
		if !strings.Contains(text, r.printed) {
			t.Errorf("the reference prints no %q: the reading has no use", r.printed)
		}
		pairs = append(pairs, r.printed, r.written)
	}
	var facts []string
	for line := range strings.Lines(strings.NewReplacer(pairs...).Replace(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			facts = append(facts, line)
		}
	}
	return facts
}

// compare names every fact that is missing, different or not in the reference.
func compare(want, got []string) []string {
	index := func(facts []string) (map[string]string, []string) {
		byName, twice := map[string]string{}, []string(nil)
		for _, f := range facts {
			name, value, _ := strings.Cut(f, ": ")
			if _, ok := byName[name]; ok {
				twice = append(twice, name+": stated twice")
			}
			byName[name] = value
		}
		return byName, twice
	}
	wanted, diffs := index(want)
	found, twice := index(got)
	diffs = append(diffs, twice...)
	for name, w := range wanted {
		if g, ok := found[name]; !ok {
			diffs = append(diffs, name+": missing")
		} else if g != w {
			diffs = append(diffs, fmt.Sprintf("%s: the document says %q, the reference %q", name, g, w))
		}
	}
	for name := range found {
		if _, ok := wanted[name]; !ok {
			diffs = append(diffs, name+": not in the reference")
		}
	}
	slices.Sort(diffs)
	return diffs
}

// load reads and validates a document and returns it as plain objects.
func load(raw []byte) (node, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(raw)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(loader.Context); err != nil {
		return nil, err
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var root node
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return root, dec.Decode(&root)
}

// at walks into nested objects; where a key is missing it yields an empty object.
func at(n node, path ...string) node {
	for _, key := range path {
		n, _ = n[key].(node)
	}
	return n
}

// refName returns the last element of the $ref of a node, or "".
func refName(n node) string {
	ref, _ := n["$ref"].(string)
	return ref[strings.LastIndex(ref, "/")+1:]
}

// resolve follows a $ref into the components of one kind.
func resolve(root, n node, kind string) node {
	if name := refName(n); name != "" {
		return at(root, "components", kind, name)
	}
	return n
}

// unwrap drops the allOf that carries a description beside a $ref.
func unwrap(n node) node {
	if all, ok := n["allOf"].([]any); ok && len(all) == 1 {
		return all[0].(node)
	}
	return n
}

// operation is one operation of the document.
type operation struct {
	id, method, path string
	node
}

func operations(root node) []operation {
	var ops []operation
	paths := at(root, "paths")
	for _, path := range sortedKeys(paths) {
		for _, method := range methods {
			if op := at(paths, path, method); op != nil {
				ops = append(ops, operation{fmt.Sprint(op["operationId"]), method, path, op})
			}
		}
	}
	return ops
}

// parameters returns the parameters of an operation, resolved.
func parameters(root node, op operation) []node {
	list, _ := op.node["parameters"].([]any)
	params := make([]node, len(list))
	for i, p := range list {
		params[i] = resolve(root, p.(node), "parameters")
	}
	return params
}

// withoutNewer drops what a later model of Amazon's added: what x-since marks
// as a whole, and the facets that an x-since object names.
func withoutNewer(v any) any {
	switch v := v.(type) {
	case node:
		older := node{}
		newer := at(v, "x-since")
		for key, inner := range v {
			_, added := newer[key]
			if child, ok := inner.(node); added || ok && isNewer(child) {
				continue
			}
			older[key] = withoutNewer(inner)
		}
		return older
	case []any:
		var older []any
		for _, inner := range v {
			if child, ok := inner.(node); !ok || !isNewer(child) {
				older = append(older, withoutNewer(inner))
			}
		}
		return older
	}
	return v
}

func isNewer(n node) bool {
	_, whole := n["x-since"].(string)
	return whole
}

// documentFacts flattens the document into the lines of testdata/reference.txt.
func documentFacts(root node) []string {
	root = withoutNewer(root).(node)
	var facts []string
	for _, op := range operations(root) {
		plan := at(op.node, "x-usage-plan")
		facts = append(facts, fmt.Sprintf("operation %s: %s %s, rate %v, burst %v",
			op.id, strings.ToUpper(op.method), op.path, plan["rate"], plan["burst"]))
		for _, p := range parameters(root, op) {
			facts = append(facts, fmt.Sprintf("parameter %s.%s: %s, %s, %s",
				op.id, p["name"], p["in"], need(p), describe("", at(p, "schema"))))
		}
		if body := at(op.node, "requestBody"); body != nil {
			facts = append(facts, fmt.Sprintf("body %s: %s, %s", op.id, need(body), content(body)))
		}
		responses := at(op.node, "responses")
		for _, status := range sortedKeys(responses) {
			r := resolve(root, at(responses, status), "responses")
			facts = append(facts, fmt.Sprintf("response %s %s: %s, headers %s",
				op.id, status, content(r), strings.Join(sortedKeys(at(r, "headers")), ", ")))
		}
	}
	schemas := at(root, "components", "schemas")
	for _, name := range sortedKeys(schemas) {
		facts = append(facts, definition(name, at(schemas, name))...)
	}
	return facts
}

// definition flattens one schema, and the objects written inside it.
func definition(name string, s node) []string {
	if values, ok := s["enum"].([]any); ok {
		return []string{"enum " + name + ": " + join(values)}
	}
	properties := at(s, "properties")
	if properties == nil {
		return []string{"definition " + name + ": " + describe(name, s)}
	}
	required := "nothing"
	if list, ok := s["required"].([]any); ok {
		required = join(slices.SortedFunc(slices.Values(list), func(a, b any) int { return strings.Compare(a.(string), b.(string)) }))
	}
	facts := []string{"definition " + name + ": object, requires " + required}
	for _, p := range sortedKeys(properties) {
		inner := at(properties, p)
		facts = append(facts, "property "+name+"."+p+": "+describe(name+"."+p, inner))
		if at(inner, "properties") != nil {
			facts = append(facts, definition(name+"."+p, inner)...)
		}
	}
	return facts
}

// facets is the order in which the reference states constraints.
var facets = []string{"minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "pattern", "default"}

// describe states a type with its constraints, save for the facets that come from the reference's prose.
func describe(name string, s node) string {
	s = unwrap(s)
	if ref := refName(s); ref != "" {
		return ref
	}
	if at(s, "properties") != nil {
		return name
	}
	prose, _ := s["x-from-prose"].([]any)
	text := fmt.Sprint(s["type"])
	if items := at(s, "items"); items != nil {
		text += " of " + describe(name, items)
	}
	if f, ok := s["format"]; ok && !slices.Contains(prose, any("format")) {
		text += fmt.Sprintf(" (%v)", f)
	}
	// Facets that the reference never states come last, so that one too many shows as a difference.
	rest := slices.DeleteFunc(sortedKeys(s), func(k string) bool {
		return slices.Contains(facets, k) || slices.Contains([]string{"type", "format", "items", "description"}, k) ||
			strings.HasPrefix(k, "x-")
	})
	for _, f := range slices.Concat(facets, rest) {
		if v, ok := s[f]; ok && !slices.Contains(prose, any(f)) {
			text += fmt.Sprintf(", %s %v", f, v)
		}
	}
	return text
}

func need(n node) string {
	if n["required"] == true {
		return "required"
	}
	return "optional"
}

// content names the JSON schema of a body.
func content(n node) string {
	types := at(n, "content")
	if len(types) == 0 {
		return "no body"
	}
	if keys := sortedKeys(types); !slices.Equal(keys, []string{"application/json"}) {
		return strings.Join(keys, ", ")
	}
	return refName(at(types, "application/json", "schema"))
}

func join(values []any) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprint(v)
	}
	return strings.Join(texts, ", ")
}

func sortedKeys(n node) []string {
	keys := make([]string, 0, len(n))
	for k := range n {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
