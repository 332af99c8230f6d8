package refresh

import (
	"cmp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// newBody adds the body of an operation.
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
	o.put("description", undescribed)
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

// setResponse makes an answer what it should be. One that is written in place is
// edited; else it becomes the $ref of a shared response that is equal, or is
// written out.
func (e *editor) setResponse(op *operation, want *response) error {
	at := op.at("responses", want.status)
	old := e.lookup(at...)
	if old != nil && field(old, "$ref") == nil {
		return e.editResponse(at, want)
	}
	doc, err := e.current()
	if err != nil {
		return err
	}
	like := responsesOf(doc, func(o *operation) bool { return o.path == op.path && o.method == op.method })
	value, err := e.responseValue(want, at, old, like)
	if err != nil {
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

func (e *editor) editResponse(at []string, want *response) error {
	doc, err := e.current()
	if err != nil {
		return err
	}
	var have *response
	for _, op := range doc.operations {
		if op.path == at[1] && op.method == at[2] {
			have = op.response(want.status)
		}
	}
	for _, h := range want.headers {
		if old := have.header(h.name); old != nil {
			if old.schema.String() == h.schema.String() {
				continue
			}
			h.name = old.name
		}
		value, err := e.header(&h, doc)
		if err != nil {
			return err
		}
		if e.lookup(within(at, "headers")...) == nil {
			err = e.set(at, "headers", &object{entries: []entry{{h.name, value}}})
		} else {
			err = e.put(within(at, "headers"), h.name, value, last, false)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case have.schema.String() == want.schema.String():
		return nil
	case want.schema == nil:
		return e.remove(within(at, "content")...)
	}
	content, err := e.content(want.schema, at)
	if err != nil {
		return err
	}
	return e.set(at, "content", content)
}

// responseValue is the $ref of a shared failure that is equal, else the
// response. What is shared says in its description whose failure it is, so only
// those of the operation and its like come into question.
func (e *editor) responseValue(want *response, at []string, old *yaml.Node, like []*response) (*object, error) {
	for _, r := range like {
		if r.shared != "" && !strings.HasPrefix(want.status, "2") && r.schema.String() == want.schema.String() && sameHeaders(r, want) {
			return &object{entries: []entry{{"$ref", raw("'#/components/responses/" + r.shared + "'")}}}, nil
		}
	}
	return e.writeResponse(want, at, old)
}

func sameHeaders(a, b *response) bool {
	return len(a.headers) == len(b.headers) && !slices.ContainsFunc(b.headers, func(h header) bool {
		same := a.header(h.name)
		return same == nil || same.schema.String() != h.schema.String()
	})
}

// responsesOf returns the answers of the operations that are chosen.
func responsesOf(doc *api, chosen func(*operation) bool) (all []*response) {
	for _, op := range doc.operations {
		if chosen(op) {
			all = append(all, op.responses...)
		}
	}
	return all
}

// success is the schema that an operation answers with when all went well.
func (o *operation) success() *schema {
	for _, r := range o.responses {
		if strings.HasPrefix(r.status, "2") {
			return r.schema
		}
	}
	return nil
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
		o.put("x-since", e.date())
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

// headers writes headers on one line.
func (e *editor) headers(want []header) (*object, error) {
	doc, err := e.current()
	if err != nil {
		return nil, err
	}
	o := &object{}
	for _, h := range want {
		value, err := e.header(&h, doc)
		if err != nil {
			return nil, err
		}
		o.put(h.name, value)
	}
	return o, nil
}

// header writes a header as the document has it elsewhere: with that spelling,
// and by its $ref if it is shared.
func (e *editor) header(h *header, doc *api) (raw, error) {
	responses := slices.Clone(doc.responses)
	for _, op := range doc.operations {
		responses = append(responses, op.responses...)
	}
	for _, r := range responses {
		if same := r.header(h.name); same != nil && same.schema.String() == h.schema.String() {
			h.name, h.shared = same.name, cmp.Or(h.shared, same.shared)
		}
	}
	if h.shared != "" {
		return raw("{$ref: '#/components/headers/" + h.shared + "'}"), nil
	}
	value, err := e.value(h.schema, nil, "")
	description := scalar(cmp.Or(strings.TrimSpace(h.description), todo))
	return raw("{description: " + description + ", schema: " + flow(value) + "}"), err
}
