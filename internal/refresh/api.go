package refresh

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// api is what a document says of the API, in either dialect.
type api struct {
	title, version, host string
	titleLine, hostLine  int
	hosts                []string // of the servers of an OpenAPI document
	operations           []*operation
	names                []string // of the schemas, in document order
	schemas              map[string]*schema

	// Of the OpenAPI document alone.
	responses     []*response // the shared ones
	keptHeaders   map[string]map[string][]string
	exampleRecord map[string]map[string]string
}

type operation struct {
	id, method, path string
	deprecated       bool
	rate, burst      string // empty if not stated
	unread           string // why the usage plan was not understood, or ""
	parameters       []*parameter
	body             *body
	responses        []*response // by status
	examples         map[string]string
}

type parameter struct {
	name, in   string
	required   bool
	collection string // how an array travels: csv, multi, ssv or pipes
	schema     *schema
	shared     string // name of the component, if it is one
}

type body struct {
	required bool
	schema   *schema
}

type response struct {
	status  string // of a shared response: its name
	headers []header
	schema  *schema // nil without a body
	shared  string  // of the OpenAPI document alone: name of the component, if it is one
}

type header struct {
	name   string
	schema *schema

	// Of the OpenAPI document alone.
	description string
	shared      string // name of the component, if it is one
}

func (o *operation) parameter(name, in string) *parameter {
	for _, p := range o.parameters {
		if p.name == name && p.in == in {
			return p
		}
	}
	return nil
}

func (o *operation) response(status string) *response {
	for _, r := range o.responses {
		if r.status == status {
			return r
		}
	}
	return nil
}

// header finds a header. Case does not distinguish names.
func (r *response) header(name string) *header {
	for i := range r.headers {
		if strings.EqualFold(r.headers[i].name, name) {
			return &r.headers[i]
		}
	}
	return nil
}

func (a *api) operation(id string) *operation {
	for _, op := range a.operations {
		if op.id == id {
			return op
		}
	}
	return nil
}

// facts states a parameter in one line, the same for equal facts.
func (p *parameter) facts() string {
	need := "optional"
	if p.required {
		need = "required"
	}
	text := fmt.Sprintf("%s parameter: %s, %s", p.in, p.schema, need)
	if p.collection != "" && p.collection != "csv" {
		text += ", sent as " + p.collection
	}
	return text
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch"}

// sameAPI refuses a model of another API. Titles are compared without the words
// that all models have in common.
func sameAPI(spec, model *api) error {
	words := func(title string) string {
		return strings.Join(slices.DeleteFunc(strings.Fields(strings.ToLower(title)), func(w string) bool {
			return slices.Contains([]string{"selling", "partner", "api", "for", "the"}, w)
		}), " ")
	}
	if words(spec.title) != words(model.title) || spec.version != model.version {
		return &lineError{model.titleLine, fmt.Sprintf("another API: %q %s, want %q %s",
			model.title, model.version, spec.title, spec.version)}
	}
	if model.host != "" && !slices.Contains(spec.hosts, model.host) {
		return &lineError{model.hostLine, fmt.Sprintf("another API: the host %s is not one of the servers", model.host)}
	}
	for _, op := range model.operations {
		if slices.ContainsFunc(spec.operations, func(o *operation) bool { return o.path == op.path }) {
			return nil
		}
	}
	return &lineError{model.titleLine, "another API: no path in common"}
}

// readOpenAPI reads the document that this package edits. While it is edited it
// may refer to definitions that are still to come from the model.
func readOpenAPI(n *node, coming *api) (*api, error) {
	r := &reader{prefix: "#/components/schemas/", known: n.get("components", "schemas"), coming: coming}
	a := &api{
		title: n.get("info", "title").text(), version: n.get("info", "version").text(),
		names: r.known.names(), schemas: map[string]*schema{},
	}
	for _, server := range n.get("servers").list() {
		host, _, _ := strings.Cut(strings.TrimPrefix(server.get("url").text(), "https://"), "/")
		a.hosts = append(a.hosts, host)
	}
	for _, name := range a.names {
		a.schemas[name] = r.schema(r.known.get(name))
	}
	d := openAPIReader{r, n}
	shared := n.get("components", "responses")
	for _, name := range shared.names() {
		a.responses = append(a.responses, d.response(name, shared.get(name)))
	}
	paths := n.get("paths")
	for _, path := range paths.names() {
		for _, method := range methods {
			if op := paths.get(path, method); op != nil {
				a.operations = append(a.operations, d.operation(path, method, op))
			}
		}
	}
	if len(a.operations) == 0 {
		r.fail(n, "want an OpenAPI document with operations")
	}
	a.readRecords(n)
	return a, r.err
}

type openAPIReader struct {
	*reader
	root *node
}

// resolve follows a $ref into the components of one kind and returns its name too.
func (d openAPIReader) resolve(n *node, kind string) (*node, string) {
	ref := n.get("$ref")
	if ref == nil {
		return n, ""
	}
	name := strings.TrimPrefix(ref.text(), "#/components/"+kind+"/")
	target := d.root.get("components", kind, name)
	if target == nil {
		d.fail(ref, "unknown $ref %q", ref.text())
	}
	return target, name
}

func (d openAPIReader) operation(path, method string, n *node) *operation {
	plan := n.get("x-usage-plan")
	op := &operation{
		id: n.get("operationId").text(), method: method, path: path, deprecated: n.get("deprecated").isTrue(),
		rate: number(plan.get("rate").text()), burst: number(plan.get("burst").text()),
	}
	for _, item := range n.get("parameters").list() {
		p, shared := d.resolve(item, "parameters")
		if p == nil {
			continue
		}
		param := &parameter{
			name: p.get("name").text(), in: p.get("in").text(), required: p.get("required").isTrue(),
			schema: d.schema(p.get("schema")), shared: shared,
		}
		if param.schema.items != nil {
			param.collection = collection(p)
		}
		op.parameters = append(op.parameters, param)
	}
	if b := n.get("requestBody"); b != nil {
		op.body = &body{b.get("required").isTrue(), d.schema(b.get("content", "application/json", "schema"))}
	}
	for _, status := range n.get("responses").names() {
		if r, shared := d.resolve(n.get("responses", status), "responses"); r != nil {
			response := d.response(status, r)
			response.shared = shared
			op.responses = append(op.responses, response)
		}
	}
	return op
}

// collectionStyle pairs a word of Swagger for arrays in a query with those of OpenAPI.
type collectionStyle struct {
	swagger, style string
	explode        bool
}

var collections = []collectionStyle{{"csv", "form", false}, {"multi", "form", true}, {"ssv", "spaceDelimited", false}, {"pipes", "pipeDelimited", false}}

func collection(p *node) string {
	style, explode := p.get("style").text(), p.get("explode")
	if in := p.get("in").text(); in == "path" || in == "header" {
		return "csv"
	}
	if style == "" {
		style = "form"
	}
	for _, c := range collections {
		if c.style == style && c.explode == (explode.isTrue() || explode == nil && style == "form") {
			return c.swagger
		}
	}
	return style
}

func (d openAPIReader) response(status string, n *node) *response {
	r := &response{status: status}
	for _, name := range n.get("headers").names() {
		use := n.get("headers", name)
		target, shared := d.resolve(use, "headers")
		r.headers = append(r.headers, header{
			name: name, schema: d.schema(target.get("schema")), description: target.get("description").text(), shared: shared,
		})
	}
	if content := n.get("content", "application/json", "schema"); content != nil {
		r.schema = d.schema(content)
	}
	return r
}

// digest tells examples apart, whatever their layout.
func digest(count int, examples any) string {
	text, _ := json.Marshal(examples) // decoded JSON always can be
	return fmt.Sprintf("%d/%s", count, sum(text)[:12])
}
