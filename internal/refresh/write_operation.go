package refresh

import (
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
	o.put("description", undescribed)
	if p.collection != "" && p.in == "query" {
		style := collections[styleIndex(p.collection)]
		o.put("style", raw(style.style))
		o.put("explode", boolean(style.explode))
	}
	if e.since != "" {
		o.put("x-since", e.date())
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

// class is a guess of what may be repeated, on the safe side: a PUT may mint an
// identifier each time, as updateReservation does.
func class(op *operation) raw {
	switch op.method {
	case "get", "head":
		return "read"
	case "delete":
		return "idempotent"
	}
	return "once"
}

// newOperation adds an operation that waits for its descriptions, after a path.
func (e *editor) newOperation(want *operation, after string) error {
	at := want.at()
	o := &object{block: true}
	o.put("operationId", raw(scalar(want.id)))
	if neighbour := e.lookup("paths", after); neighbour != nil {
		if tags := field(neighbour.Content[1], "tags"); tags != nil && isFlow(tags) {
			end, _ := e.end(tags)
			o.put("tags", raw(e.text[e.offset(tags):end]))
		}
	}
	o.put("summary", undescribed)
	o.put("description", undescribed)
	if want.deprecated {
		o.put("deprecated", raw("true"))
	}
	if e.since != "" {
		o.put("x-since", e.date())
	}
	if want.rate != "" {
		o.put("x-usage-plan", &object{entries: []entry{{"rate", raw(want.rate)}, {"burst", raw(want.burst)}}})
	}
	o.put("x-operation-class", class(want))
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
	doc, err := e.current()
	if err != nil {
		return err
	}
	like := responsesOf(doc, func(o *operation) bool {
		return o.success() != nil && o.success().String() == want.success().String()
	})
	responses := &object{block: true}
	for _, r := range want.responses {
		value, err := e.responseValue(r, at, nil, like)
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
