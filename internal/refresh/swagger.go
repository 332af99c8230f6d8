package refresh

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

var pathParameter = regexp.MustCompile(`{([^}]+)}`)

// exampleKeys are where a response keeps the examples that the sandbox answers.
var exampleKeys = []string{"x-amzn-api-sandbox", "x-amazon-spds-sandbox-behaviors", "examples"}

func sum(text []byte) string {
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:])
}

type swaggerReader struct {
	*reader
	root *node
}

// readSwagger reads Amazon's model.
func readSwagger(src []byte) (*api, error) {
	root, err := parseJSON(bytes.TrimPrefix(src, []byte("\ufeff")))
	if err != nil {
		return nil, err
	}
	d := swaggerReader{&reader{prefix: "#/definitions/", known: root.get("definitions")}, root}
	if v := root.get("swagger"); v.text() != "2.0" {
		d.fail(cmp.Or(v, root), "not Swagger 2.0")
		return nil, d.err
	}
	title := cmp.Or(root.get("info", "title"), root)
	a := &api{
		title: title.text(), version: root.get("info", "version").text(), titleLine: title.line,
		host: root.get("host").text(), hostLine: cmp.Or(root.get("host"), root).line,
		names: d.known.names(), schemas: map[string]*schema{},
	}
	d.onlyJSON(root)
	for _, name := range a.names {
		a.schemas[name] = d.schema(d.known.get(name))
	}
	base := strings.TrimSuffix(root.get("basePath").text(), "/")
	paths := root.get("paths")
	ids := map[string]bool{}
	for _, path := range paths.names() {
		item := paths.get(path)
		for _, method := range item.names() {
			switch {
			case slices.Contains(methods, method):
				op := d.operation(base+path, method, item)
				if ids[op.id] {
					d.fail(item.get(method), "the operationId %q stands twice", op.id)
				}
				ids[op.id] = true
				a.operations = append(a.operations, op)
			case method != "parameters" && !strings.HasPrefix(method, "x-"):
				d.fail(item.get(method), "the key %q of a path is not understood", method)
			}
		}
	}
	if len(a.operations) == 0 {
		d.fail(root, "the model has no operations")
	}
	return a, d.err
}

// onlyJSON refuses bodies of another media type.
func (d swaggerReader) onlyJSON(n *node) {
	for _, key := range []string{"consumes", "produces"} {
		for _, t := range n.get(key).list() {
			if t.text() != "application/json" {
				d.fail(t, "%s %q: only application/json is understood", key, t.text())
			}
		}
	}
}

// resolve follows a $ref to a shared parameter or response.
func (d swaggerReader) resolve(n *node, kind string) *node {
	ref := n.get("$ref")
	if ref == nil {
		return n
	}
	target := d.root.get(kind, strings.TrimPrefix(ref.text(), "#/"+kind+"/"))
	if target == nil {
		d.fail(ref, "unknown $ref %q", ref.text())
	}
	return target
}

func (d swaggerReader) operation(path, method string, item *node) *operation {
	n := item.get(method)
	op := &operation{
		id: n.get("operationId").text(), method: method, path: path, deprecated: n.get("deprecated").isTrue(),
		examples: map[string]string{},
	}
	if op.id == "" {
		d.fail(n, "an operation without operationId")
	}
	d.onlyJSON(n)
	op.rate, op.burst, op.unread = usagePlan(n.get("description").text())
	for _, list := range []*node{n.get("parameters"), item.get("parameters")} {
		for _, p := range list.list() {
			d.parameter(op, d.resolve(p, "parameters"))
		}
	}
	d.pathParameters(n, op)
	responses := n.get("responses")
	if len(responses.names()) == 0 {
		d.fail(n, "%s has no responses", op.id)
	}
	for _, status := range responses.names() {
		if strings.HasPrefix(status, "x-") {
			continue
		}
		r := d.resolve(responses.get(status), "responses")
		if r == nil {
			continue
		}
		op.responses = append(op.responses, d.response(status, r))
		if examples := sandboxExamples(r); examples != "" {
			op.examples[status] = examples
		}
	}
	return op
}

// pathParameters refuses an operation whose path and parameters do not agree.
func (d swaggerReader) pathParameters(n *node, op *operation) {
	var want, have []string
	for _, match := range pathParameter.FindAllStringSubmatch(op.path, -1) {
		want = append(want, match[1])
	}
	for _, p := range op.parameters {
		if p.in == "path" && p.required {
			have = append(have, p.name)
		}
	}
	slices.Sort(want)
	slices.Sort(have)
	if !slices.Equal(want, have) {
		d.fail(n, "%s: the path has the parameters %q, the operation requires %q", op.id, want, have)
	}
}

// parameter adds a parameter, unless the operation has it already: then the
// path repeats it.
func (d swaggerReader) parameter(op *operation, n *node) {
	name, in := n.get("name").text(), n.get("in").text()
	switch {
	case n == nil || op.parameter(name, in) != nil:
	case name == "":
		d.fail(n, "a parameter without a name")
	case in == "body":
		if op.body == nil {
			op.body = &body{n.get("required").isTrue(), d.schema(n.get("schema"))}
		}
	case in == "query" || in == "path" || in == "header":
		p := &parameter{name: name, in: in, required: n.get("required").isTrue()}
		p.schema = d.schema(n, "name", "in", "required", "collectionFormat", "allowEmptyValue")
		if p.schema.items != nil {
			format := n.get("collectionFormat")
			p.collection = cmp.Or(format.text(), "csv") // comma separated when Swagger says nothing
			if !slices.ContainsFunc(collections, func(c collectionStyle) bool { return c.swagger == p.collection }) {
				d.fail(format, "the collectionFormat %q is not understood", p.collection)
			}
		}
		op.parameters = append(op.parameters, p)
	default:
		d.fail(n, "a parameter in %q is not understood", in)
	}
}

func (d swaggerReader) response(status string, n *node) *response {
	r := &response{status: status}
	for _, name := range n.get("headers").names() {
		h := n.get("headers", name)
		if r.header(name) == nil {
			r.headers = append(r.headers, header{name: name, schema: d.schema(h, "collectionFormat")})
		}
	}
	if s := n.get("schema"); s != nil && status != "204" { // a 204 has no body, whatever the model says
		r.schema = d.schema(s)
	}
	return r
}

// sandboxExamples returns the count and digest of the examples of a response.
func sandboxExamples(n *node) string {
	count, all := 0, map[string]any{}
	for _, key := range exampleKeys {
		examples := n.get(key)
		if examples == nil {
			continue
		}
		all[key] = examples.plain()
		if static := examples.get("static"); static != nil {
			count += len(static.list())
		} else {
			count++
		}
	}
	if count == 0 {
		return ""
	}
	return digest(count, all)
}
