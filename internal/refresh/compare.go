package refresh

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// kind is the part of the page that a change belongs to.
type kind uint8

const (
	added kind = iota
	changed
	removed
	kept
	open // for a person to decide
)

// change is one line of the page.
type change struct {
	kind     kind
	where    string // operation.parameter, Schema.property or the like
	what     string
	breaking string // why, or ""
	edit     func(*editor) error
	shared   []string // schemas with other uses, of one of whose uses this is a change
}

// differ compares the document with the model. Its edits run after the
// comparison: what is shared is edited in place only if all its uses change alike.
type differ struct {
	spec, model *api
	dirs        map[string]direction
	uses        map[string]map[string]bool // of a shared component: what the model wants of it, place by place
	covered     map[string]bool            // schemas of either side that stand for something written in place on the other
	needed      map[string]bool            // definitions that edits will refer to
	changes     []change
}

// compare returns the changes that lead from the document to the model.
func compare(spec, model *api) []change {
	d := &differ{
		spec: spec, model: model, dirs: usage(spec),
		uses: map[string]map[string]bool{}, covered: map[string]bool{}, needed: map[string]bool{},
	}
	for name, dir := range usage(model) {
		d.dirs[name] |= dir
	}
	matched := map[*operation]bool{}
	var pairs [][2]*operation
	for _, want := range model.operations {
		have := d.counterpart(want)
		matched[have] = true
		pairs = append(pairs, [2]*operation{have, want})
	}
	for i, pair := range pairs {
		if pair[0] == nil {
			d.newOperation(pair[1], pairs[:i])
		} else {
			d.operation(pair[0], pair[1])
		}
	}
	for _, op := range spec.operations {
		if !matched[op] {
			d.add(removed, op.id, "operation: "+strings.ToUpper(op.method)+" "+op.path, callFails,
				func(e *editor) error { return e.remove(op.at()...) })
		}
	}
	d.definitions()
	d.part()
	d.keptHeaders(pairs)
	d.examples()
	return d.changes
}

func (d *differ) add(k kind, where, what, breaking string, edit func(*editor) error) {
	d.changes = append(d.changes, change{kind: k, where: where, what: what, breaking: breaking, edit: edit})
}

// part marks the changes of uses that take leave of a shared schema, because
// its other uses do not change alike: each becomes another Go type.
func (d *differ) part() {
	for i := range d.changes {
		c := &d.changes[i]
		parts := slices.ContainsFunc(c.shared, func(name string) bool { return len(d.uses[name]) > 1 })
		if parts && c.breaking == "" {
			c.breaking = newType
		}
	}
}

// counterpart finds an operation of the model in the document, by its id or,
// if that was changed, by its route.
func (d *differ) counterpart(want *operation) *operation {
	if op := d.spec.operation(want.id); op != nil {
		return op
	}
	for _, op := range d.spec.operations {
		if op.method == want.method && op.path == want.path && d.model.operation(op.id) == nil {
			return op
		}
	}
	return nil
}

// at is where the document has the operation. Edits may move it.
func (o *operation) at(more ...string) []string {
	return append([]string{"paths", o.path, o.method}, more...)
}

func (d *differ) newOperation(want *operation, before [][2]*operation) {
	d.need(want)
	what := fmt.Sprintf("operation: %s %s, rate %s, burst %s",
		strings.ToUpper(want.method), want.path, cmp.Or(want.rate, "?"), cmp.Or(want.burst, "?"))
	after := ""
	if len(before) > 0 {
		after = before[len(before)-1][1].path
	}
	d.add(added, want.id, what, "", func(e *editor) error { return e.newOperation(want, after) })
	d.unread(want)
	d.add(open, want.id, "x-operation-class: "+string(class(want))+" is a guess; x-pagination and x-payload are not set", "", nil)
}

// need marks the definitions that an operation refers to.
func (d *differ) need(op *operation) {
	if op.body != nil {
		d.needSchema(op.body.schema)
	}
	for _, r := range op.responses {
		d.needSchema(r.schema)
	}
}

func (d *differ) needSchema(s *schema) {
	switch {
	case s == nil:
	case s.ref == "":
		d.needSchema(s.items)
		d.needSchema(s.values)
		for _, p := range s.properties {
			d.needSchema(p.schema)
		}
	case !d.needed[s.ref]:
		d.needed[s.ref] = true
		d.needSchema(d.model.schemas[s.ref])
	}
}

func (d *differ) operation(have, want *operation) {
	id := want.id
	if have.id != id {
		d.add(changed, have.id, "operationId: "+have.id+" → "+id, typeGone, func(e *editor) error {
			return e.set(have.at(), "operationId", raw(scalar(id)))
		})
	}
	d.plan(have, want)
	if have.deprecated != want.deprecated {
		d.add(changed, id, fmt.Sprintf("deprecated: %t → %t", have.deprecated, want.deprecated), "", func(e *editor) error {
			return e.flag(have.at(), "deprecated", want.deprecated)
		})
	}
	d.parameters(have, want)
	d.body(have, want)
	d.responses(have, want)
	if have.method != want.method || have.path != want.path {
		// Last, because every edit above looks for the operation at its old place.
		what := fmt.Sprintf("route: %s %s → %s %s", strings.ToUpper(have.method), have.path, strings.ToUpper(want.method), want.path)
		d.add(changed, id, what, callFails, func(e *editor) error { return e.move(have, want) })
	}
}

// plan compares the usage plans. A model without one in its prose says nothing,
// so the plan stays.
func (d *differ) plan(have, want *operation) {
	d.unread(want)
	for _, n := range []struct{ key, old, new string }{{"rate", have.rate, want.rate}, {"burst", have.burst, want.burst}} {
		switch {
		case n.old == n.new || want.unread != "":
		case n.new == "":
			d.add(kept, want.id, n.key+": "+n.old+", which the model does not state", "", nil)
		default:
			breaking := ""
			if less(n.new, n.old) {
				breaking = throttles
			}
			d.add(changed, want.id, n.key+": "+cmp.Or(n.old, "none")+" → "+n.new, breaking, func(e *editor) error {
				return e.set(have.at("x-usage-plan"), n.key, raw(n.new))
			})
		}
	}
}

func (d *differ) unread(op *operation) {
	if op.unread != "" {
		d.add(open, op.id, "usage plan: "+op.unread, "", nil)
	}
}

func (d *differ) body(have, want *operation) {
	where := want.id + " body"
	content := func() []string { return have.at("requestBody", "content", "application/json") }
	switch {
	case have.body == nil && want.body == nil:
	case have.body == nil:
		d.needSchema(want.body.schema)
		breaking := newArgument
		if want.body.required {
			breaking = needsMore
		}
		d.add(added, where, need(want.body.required)+" "+want.body.schema.String(), breaking, func(e *editor) error {
			return e.newBody(have.at(), want.body)
		})
	case want.body == nil:
		d.add(removed, where, have.body.schema.String(), callFails, func(e *editor) error { return e.remove(have.at("requestBody")...) })
	default:
		if have.body.required != want.body.required {
			d.add(changed, where, "required: "+need(have.body.required)+" → "+need(want.body.required),
				requiredBreaks(sent, want.body.required), func(e *editor) error {
					return e.flag(have.at("requestBody"), "required", want.body.required)
				})
		}
		d.schema(place{where, sent, func(*editor) ([]string, error) { return append(content(), "schema"), nil }},
			have.body.schema, want.body.schema)
	}
}

func need(required bool) string {
	if required {
		return "required"
	}
	return "optional"
}

func (d *differ) responses(have, want *operation) {
	for _, r := range want.responses {
		d.response(have, want, have.response(r.status), r)
	}
	for _, r := range have.responses {
		if want.response(r.status) == nil {
			d.add(removed, want.id+" "+r.status, "status", statusGone, func(e *editor) error {
				return e.remove(have.at("responses", r.status)...)
			})
		}
	}
}

func (d *differ) response(op, wantOp *operation, have, want *response) {
	where := wantOp.id + " " + want.status
	if have == nil {
		d.needSchema(want.schema)
		breaking := ""
		if strings.HasPrefix(want.status, "2") {
			breaking = mayExceed
		}
		what := "status with " + want.schema.String()
		d.add(added, where, what, breaking, func(e *editor) error { return e.setResponse(op, want) })
		return
	}
	merged := &response{status: want.status, headers: slices.Clone(have.headers), schema: want.schema}
	edit := func(e *editor) error { return e.setResponse(op, merged) }
	for _, h := range want.headers {
		switch old := merged.header(h.name); {
		case old == nil:
			merged.headers = append(merged.headers, h)
			d.add(added, where+" "+h.name, "header: "+h.schema.String(), "", edit)
		case old.schema.String() != h.schema.String():
			d.add(changed, where+" "+h.name, "header: "+old.schema.String()+" → "+h.schema.String(), newType, edit)
			old.schema, old.shared = h.schema, ""
		}
	}
	if d.sameSchema(have.schema, want.schema) {
		merged.schema = have.schema
		return
	}
	d.needSchema(want.schema)
	d.add(changed, where, "body: "+have.schema.String()+" → "+want.schema.String(), newType, edit)
}

// sameSchema compares schemas as a whole, without reporting anything.
func (d *differ) sameSchema(have, want *schema) bool {
	if have == nil || want == nil {
		return have == want
	}
	trial := *d
	trial.changes = nil
	trial.schema(place{}, have, want)
	return len(trial.changes) == 0
}
