package refresh

import (
	"cmp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// newParameter adds a parameter behind another one, or first.
func (e *editor) newParameter(at []string, p *parameter, after string) error {
	value, err := e.parameter(p, at)
	if err != nil {
		return err
	}
	seq := e.lookup(at...)
	if seq == nil {
		return e.set(at[:len(at)-1], "parameters", []*object{value})
	}
	if isFlow(seq) {
		return &lineError{seq.Line, "these parameters cannot be edited"}
	}
	indent := seq.Column - 1
	i := e.item(seq, after)
	if i < 0 {
		start := e.starts[seq.Line-1]
		return e.splice(start, start, value.item(indent))
	}
	_, end := e.lines(seq.Content[i].Line, indent)
	return e.splice(end, end, value.item(indent))
}

// parameter writes a parameter, by its $ref if the document shares an equal one.
func (e *editor) parameter(p *parameter, at []string) (*object, error) {
	doc, err := e.current()
	if err != nil {
		return nil, err
	}
	for _, op := range doc.operations {
		if same := op.parameter(p.name, p.in); same != nil && same.shared != "" && same.facts() == p.facts() {
			return &object{entries: []entry{{"$ref", raw("'#/components/parameters/" + same.shared + "'")}}}, nil
		}
	}
	o := &object{block: true}
	o.put("name", raw(scalar(p.name)))
	o.put("in", raw(p.in))
	if p.required {
		o.put("required", raw("true"))
	}
	o.put("description", raw("'"+todo+"'"))
	if p.collection != "" && p.in == "query" {
		style := collections[styleIndex(p.collection)]
		o.put("style", raw(style.style))
		o.put("explode", boolean(style.explode))
	}
	if e.since != "" {
		o.put("x-since", raw(`"`+e.since+`"`))
	}
	value, err := e.value(p.schema, within(at, "name="+p.name), "")
	if err != nil {
		return nil, err
	}
	o.put("schema", value)
	return o, nil
}

func styleIndex(collection string) int {
	return slices.IndexFunc(collections, func(c collectionStyle) bool { return c.swagger == collection })
}

func boolean(b bool) raw {
	if b {
		return "true"
	}
	return "false"
}

func (e *editor) setCollection(at []string, collection string) error {
	style := collections[styleIndex(collection)]
	if err := e.set(at, "style", raw(style.style)); err != nil {
		return err
	}
	return e.set(at, "explode", boolean(style.explode))
}

func (e *editor) removeItem(at []string, name string) error {
	seq, err := e.find(yaml.SequenceNode, at...)
	if err != nil {
		return err
	}
	i := e.item(seq, name)
	switch {
	case i < 0:
		return nil
	case len(seq.Content) == 1:
		return e.remove(at...)
	case isFlow(seq):
		return &lineError{seq.Line, "these parameters cannot be edited"}
	}
	start, end := e.lines(seq.Content[i].Line, seq.Column-1)
	return e.splice(start, end, "")
}

// copyShared writes a shared parameter into the operation, so that it can
// differ there.
func (e *editor) copyShared(at []string, p *parameter) error {
	seq, err := e.find(yaml.SequenceNode, at...)
	if err != nil {
		return err
	}
	item := seq.Content[e.item(seq, p.name)]
	if field(item, "$ref") == nil {
		return nil // by an earlier edit
	}
	component, err := e.find(yaml.MappingNode, "components", "parameters", p.shared)
	if err != nil {
		return err
	}
	if isFlow(component) {
		return &lineError{component.Line, "this parameter cannot be copied"}
	}
	from := component.Column - 1
	_, end := e.entryLines(component, len(component.Content)/2-1)
	margin := strings.Repeat(" ", seq.Column-1)
	var text strings.Builder
	for line := range strings.Lines(string(e.text[e.starts[component.Line-1]:end])) {
		lead := margin + "  "
		if text.Len() == 0 {
			lead = margin + "- "
		}
		text.WriteString(lead + line[from:])
	}
	start, end := e.lines(item.Line, seq.Column-1)
	return e.splice(start, end, text.String())
}

func (e *editor) newBody(at []string, b *body) error {
	value, err := e.requestBody(b, at)
	if err != nil {
		return err
	}
	return e.set(at, "requestBody", value)
}

// requestBody writes a body that waits for its description.
func (e *editor) requestBody(b *body, at []string) (*object, error) {
	content, err := e.content(b.schema, at)
	if err != nil {
		return nil, err
	}
	o := &object{block: true}
	o.put("description", raw("'"+todo+"'"))
	if b.required {
		o.put("required", raw("true"))
	}
	o.put("content", content)
	return o, nil
}

func (e *editor) content(s *schema, at []string) (*object, error) {
	value, err := e.value(s, within(at, "body"), "")
	if err != nil {
		return nil, err
	}
	media := &object{entries: []entry{{"schema", value}}}
	return &object{entries: []entry{{"application/json", media}}}, nil
}

// setResponse makes an answer what it should be, by a shared response that is
// equal or by writing it out.
func (e *editor) setResponse(op *operation, want *response) error {
	at := op.at("responses", want.status)
	old := e.lookup(at...)
	var value any
	var err error
	if old != nil && field(old, "$ref") == nil {
		o, err := e.writeResponse(want, at, nil)
		if err != nil {
			return err
		}
		for _, entry := range o.entries {
			if entry.key == "headers" || entry.key == "content" {
				if err := e.set(at, entry.key, entry.value); err != nil {
					return err
				}
			}
		}
		if want.schema == nil {
			return e.remove(append(at, "content")...)
		}
		return nil
	}
	if value, err = e.responseValue(want, at, old); err != nil {
		return err
	}
	var before []string
	for _, r := range op.responses {
		if r.status < want.status {
			before = append(before, r.status)
		}
	}
	return e.putAfter(op.at("responses"), want.status, value, before, false)
}

// responseValue is the $ref of a shared response that is equal, else the response.
func (e *editor) responseValue(want *response, at []string, old *yaml.Node) (*object, error) {
	doc, err := e.current()
	if err != nil {
		return nil, err
	}
	for _, shared := range doc.responses {
		if shared.schema.String() == want.schema.String() && len(shared.headers) == len(want.headers) &&
			!slices.ContainsFunc(want.headers, func(h header) bool {
				same := shared.header(h.name)
				return same == nil || same.schema.String() != h.schema.String()
			}) {
			return &object{entries: []entry{{"$ref", raw("'#/components/responses/" + shared.status + "'")}}}, nil
		}
	}
	return e.writeResponse(want, at, old)
}

// writeResponse writes an answer. The description is that of the shared
// response which old refers to, or missing.
func (e *editor) writeResponse(want *response, at []string, old *yaml.Node) (*object, error) {
	o := &object{block: true}
	description := "'" + todo + "'"
	if ref := field(old, "$ref"); ref != nil {
		shared := e.lookup(strings.Split(strings.TrimPrefix(ref.Value, "#/"), "/")...)
		if text := field(shared, "description"); text != nil {
			description = scalar(strings.TrimSpace(text.Value))
		}
	}
	o.put("description", raw(description))
	if old == nil && e.since != "" {
		o.put("x-since", raw(`"`+e.since+`"`))
	}
	if len(want.headers) > 0 {
		headers, err := e.headers(want.headers)
		if err != nil {
			return nil, err
		}
		o.put("headers", headers)
	}
	if want.schema != nil {
		content, err := e.content(want.schema, at)
		if err != nil {
			return nil, err
		}
		o.put("content", content)
	}
	return o, nil
}

// headers writes headers as the document writes them elsewhere.
func (e *editor) headers(want []header) (*object, error) {
	doc, err := e.current()
	if err != nil {
		return nil, err
	}
	known := slices.Clone(doc.responses)
	for _, op := range doc.operations {
		known = append(known, op.responses...)
	}
	o := &object{}
	for _, h := range want {
		for _, r := range known {
			if same := r.header(h.name); same != nil && same.schema.String() == h.schema.String() {
				h.name, h.use = same.name, cmp.Or(h.use, same.use)
			}
		}
		if h.use == "" {
			value, err := e.value(h.schema, nil, "")
			if err != nil {
				return nil, err
			}
			h.use = "{description: '" + todo + "', schema: " + flow(value) + "}"
		}
		o.put(h.name, raw(h.use))
	}
	return o, nil
}

// classes are guesses of what may be repeated, on the safe side.
var classes = map[string]raw{"get": "read", "head": "read", "put": "idempotent", "delete": "idempotent"}

// newOperation adds an operation that waits for its descriptions, after a path.
func (e *editor) newOperation(want *operation, after string) error {
	at := want.at()
	o := &object{block: true}
	o.put("operationId", raw(scalar(want.id)))
	if tags := e.lookup("paths", after); tags != nil {
		if tags = field(tags.Content[1], "tags"); tags != nil && isFlow(tags) {
			end, _ := e.end(tags)
			o.put("tags", raw(e.text[e.offset(tags):end]))
		}
	}
	o.put("summary", raw("'"+todo+"'"))
	o.put("description", raw("'"+todo+"'"))
	if want.deprecated {
		o.put("deprecated", raw("true"))
	}
	if e.since != "" {
		o.put("x-since", raw(`"`+e.since+`"`))
	}
	if want.rate != "" {
		o.put("x-usage-plan", &object{entries: []entry{{"rate", raw(want.rate)}, {"burst", raw(want.burst)}}})
	}
	o.put("x-operation-class", cmp.Or(classes[want.method], "once"))
	var parameters []*object
	for _, p := range want.parameters {
		value, err := e.parameter(p, at)
		if err != nil {
			return err
		}
		parameters = append(parameters, value)
	}
	if parameters != nil {
		o.put("parameters", parameters)
	}
	if want.body != nil {
		value, err := e.requestBody(want.body, at)
		if err != nil {
			return err
		}
		o.put("requestBody", value)
	}
	responses := &object{block: true}
	for _, r := range want.responses {
		value, err := e.responseValue(r, at, nil)
		if err != nil {
			return err
		}
		responses.put(r.status, value)
	}
	o.put("responses", responses)
	if e.lookup("paths", want.path) != nil {
		return e.put([]string{"paths", want.path}, want.method, o, last, false)
	}
	return e.putAfter([]string{"paths"}, want.path, &object{block: true, entries: []entry{{want.method, o}}}, []string{after}, true)
}

// move gives an operation another route. Its text stays.
func (e *editor) move(have, want *operation) error {
	item, err := e.find(yaml.MappingNode, "paths", have.path)
	if err != nil {
		return err
	}
	i := index(item, have.method)
	start, end := e.entryLines(item, i)
	text := strings.Replace(string(e.text[start:end]), have.method, want.method, 1)
	paths := e.lookup("paths")
	position := index(paths, have.path)
	if len(item.Content) > 2 {
		position++
	}
	if err := e.remove(have.at()...); err != nil {
		return err
	}
	have.path, have.method = want.path, want.method
	if item := e.lookup("paths", want.path); item != nil {
		return e.insert(item, last(item), text, false)
	}
	margin := strings.Repeat(" ", paths.Column-1)
	return e.insert(e.lookup("paths"), position, margin+scalar(want.path)+":\n"+text, true)
}

// record replaces an extension at the root of the document; an empty one goes.
func (e *editor) record(key string, value *object) error {
	if len(value.entries) == 0 {
		return e.remove(key)
	}
	return e.put(nil, key, value, last, true)
}
