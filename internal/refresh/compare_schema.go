package refresh

import (
	"fmt"
	"slices"
	"strings"
)

// place is where a schema stands.
type place struct {
	where string
	dir   direction
	// at finds the path in the document when it is edited; by then what was
	// shared may have been copied.
	at func(*editor) ([]string, error)
}

// inner is a place below this one.
func (p place) inner(suffix string, steps ...string) place {
	return place{p.where + suffix, p.dir, func(e *editor) ([]string, error) {
		at, err := p.at(e)
		return within(at, steps...), err
	}}
}

// use notes what the model wants of a component at one of its places.
func (d *differ) use(component, facts string) {
	if d.uses[component] == nil {
		d.uses[component] = map[string]bool{}
	}
	d.uses[component][facts] = true
}

func (d *differ) parameters(have, want *operation) {
	after := ""
	for _, p := range want.parameters {
		if old := have.parameter(p.name, p.in); old != nil {
			d.parameter(have, want.id, old, p)
		} else {
			d.newParameter(have, want.id, p, after)
		}
		after = p.name
	}
	for _, p := range have.parameters {
		if want.parameter(p.name, p.in) == nil {
			d.add(removed, want.id+"."+p.name, p.facts(), typeGone, func(e *editor) error {
				return e.removeItem(have.at("parameters"), p.name)
			})
		}
	}
}

func (d *differ) newParameter(op *operation, id string, p *parameter, after string) {
	breaking := ""
	switch {
	case p.required:
		breaking = needsMore
	case p.in == "query" && !slices.ContainsFunc(op.parameters, func(p *parameter) bool { return p.in == "query" }):
		breaking = newArgument
	}
	d.add(added, id+"."+p.name, p.facts(), breaking, func(e *editor) error {
		return e.newParameter(op.at("parameters"), p, after)
	})
}

func (d *differ) parameter(op *operation, id string, have, want *parameter) {
	at := func(*editor) ([]string, error) { return op.at("parameters", "name="+have.name), nil }
	if have.shared != "" {
		component := "parameters/" + have.shared
		d.use(component, want.facts())
		at = func(e *editor) ([]string, error) {
			if len(d.uses[component]) == 1 {
				return []string{"components", "parameters", have.shared}, nil
			}
			return op.at("parameters", "name="+have.name), e.copyShared(op.at("parameters"), have)
		}
	}
	p := place{id + "." + have.name, sent, at}
	if have.required != want.required {
		d.add(changed, p.where, "required: "+need(have.required)+" → "+need(want.required),
			requiredBreaks(sent, want.required), p.edit(func(e *editor, at []string) error {
				if err := e.flag(at, "required", want.required); err != nil {
					return err
				}
				return e.stamp(at, "required")
			}))
	}
	if have.collection != want.collection && have.collection != "" && want.collection != "" {
		d.add(changed, p.where, "collection: "+have.collection+" → "+want.collection, callFails,
			p.edit(func(e *editor, at []string) error { return e.setCollection(at, want.collection) }))
	}
	d.schema(p.inner("", "schema"), have.schema, want.schema)
}

// edit makes an edit of a function that edits at a path.
func (p place) edit(do func(e *editor, at []string) error) func(*editor) error {
	return func(e *editor) error {
		at, err := p.at(e)
		if err != nil {
			return err
		}
		return do(e, at)
	}
}

// schema compares two schemas, following a $ref of one side if the other side
// has the schema written in place.
func (d *differ) schema(p place, have, want *schema) {
	switch {
	case have.ref != "" && have.ref == want.ref:
		return
	case have.ref != "" && want.ref != "",
		want.ref != "" && d.spec.schemas[want.ref] != nil,
		have.ref != "" && !sameKind(d.spec.schemas[have.ref], want):
		d.retype(p, have, want)
		return
	case have.ref != "":
		name, outer := have.ref, p
		d.covered[name] = true
		d.use("schemas/"+name, want.sorted().String())
		if definition := d.model.schemas[name]; definition != nil {
			d.use("schemas/"+name, definition.sorted().String())
		}
		p.dir |= d.dirs[name]
		p.at = func(e *editor) ([]string, error) {
			if len(d.uses["schemas/"+name]) == 1 {
				return []string{"components", "schemas", name}, nil
			}
			at, err := outer.at(e)
			if err == nil && e.refName(at) == name {
				err = e.replaceSchema(at, want)
			}
			if copied := e.refName(at); copied != "" {
				at = []string{"components", "schemas", copied}
			}
			return at, err
		}
		from := len(d.changes)
		d.facts(p, d.spec.schemas[name], want)
		for i := range d.changes[from:] {
			d.changes[from+i].shared = append(d.changes[from+i].shared, "schemas/"+name)
		}
		return
	case want.ref != "":
		d.covered[want.ref] = true
		want = d.model.schemas[want.ref]
	}
	d.facts(p, have, want)
}

// retype reports another type, of which no part is compared.
func (d *differ) retype(p place, have, want *schema) {
	d.needSchema(want)
	d.add(changed, p.where, "type: "+have.String()+" → "+want.String(), newType,
		p.edit(func(e *editor, at []string) error { return e.replaceSchema(at, want) }))
}

// sameKind reports whether a comparison of the parts of two schemas makes sense:
// an object without properties is a map, one with properties a struct.
func sameKind(a, b *schema) bool {
	return a.facets["type"] == b.facets["type"] && (a.items == nil) == (b.items == nil) &&
		(len(a.enum) == 0) == (len(b.enum) == 0) && (len(a.properties) == 0) == (len(b.properties) == 0)
}

// facts compares what is written in place on both sides.
func (d *differ) facts(p place, have, want *schema) {
	if !sameKind(have, want) {
		d.retype(p, have, want)
		return
	}
	for _, facet := range append(facetOrder[1:], "additionalProperties") {
		old, new := have.facets[facet], want.facets[facet]
		if sameFacet(facet, old, new) || new == "" && slices.Contains(have.prose, facet) {
			continue
		}
		d.add(changed, p.where, facet+": "+code(facet, old)+" → "+code(facet, new), facetBreaks(p.dir, facet, old, new),
			p.edit(func(e *editor, at []string) error { return e.setFacet(at, facet, new) }))
	}
	d.enum(p, have.enum, want.enum)
	if have.items != nil {
		d.schema(p.inner("[]", "items"), have.items, want.items)
	}
	d.values(p, have, want)
	for i, property := range want.properties {
		d.property(p, have, want, property, i)
	}
	for _, property := range have.properties {
		if want.property(property.name) == nil {
			d.add(removed, p.where+"."+property.name, "property: "+property.schema.String(), typeGone,
				p.edit(func(e *editor, at []string) error { return e.removeProperty(at, property.name) }))
		}
	}
}

// values compares the schemas of the values of a map.
func (d *differ) values(p place, have, want *schema) {
	inner := p.inner("{}", "additionalProperties")
	switch {
	case have.values == nil && want.values == nil:
	case have.values != nil && want.values != nil:
		d.schema(inner, have.values, want.values)
	case want.values == nil && slices.Contains(have.prose, "additionalProperties"):
	default:
		d.needSchema(want.values)
		d.add(changed, inner.where, "values: "+have.values.String()+" → "+want.values.String(), newType,
			p.edit(func(e *editor, at []string) error { return e.setValues(at, want.values) }))
	}
}

func (d *differ) enum(p place, have, want []string) {
	var more, fewer []string
	for _, v := range want {
		if !slices.Contains(have, v) {
			more = append(more, v)
		}
	}
	for _, v := range have {
		if !slices.Contains(want, v) {
			fewer = append(fewer, v)
		}
	}
	edit := p.edit(func(e *editor, at []string) error { return e.setEnum(at, want) })
	if len(more) > 0 {
		d.add(added, p.where, "enum values: "+strings.Join(more, ", "), "", edit) // answers are not held to enums
	}
	if len(fewer) > 0 {
		d.add(removed, p.where, "enum values: "+strings.Join(fewer, ", "), typeGone, edit)
	}
}

// property compares one property of the model, the i-th, with the document's.
func (d *differ) property(p place, have, want *schema, property property, i int) {
	inner := p.inner("."+property.name, "properties", property.name)
	required, was := slices.Contains(want.required, property.name), slices.Contains(have.required, property.name)
	old := have.property(property.name)
	if old == nil {
		d.needSchema(property.schema)
		breaking := ""
		if required {
			breaking = requiredBreaks(p.dir&sent, true)
		}
		d.add(added, inner.where, fmt.Sprintf("property: %s, %s", property.schema, need(required)), breaking,
			p.edit(func(e *editor, at []string) error {
				var before []string
				for _, neighbour := range want.properties[:i] {
					before = append(before, neighbour.name)
				}
				return e.newProperty(at, property, before, required)
			}))
		return
	}
	if required != was {
		breaking := requiredBreaks(p.dir, required)
		if breaking == "" && (isStruct(d.spec, old) || isStruct(d.model, property.schema)) {
			breaking = newType // a pointer where it may be absent
		}
		d.add(changed, inner.where, "required: "+need(was)+" → "+need(required), breaking,
			p.edit(func(e *editor, at []string) error { return e.setRequired(at, property.name, required) }))
	}
	d.schema(inner, old, property.schema)
}

// isStruct reports whether values of a schema are structs in Go.
func isStruct(doc *api, s *schema) bool {
	if s.ref != "" {
		s = doc.schemas[s.ref]
	}
	return len(s.properties) > 0
}

// definitions compares the named schemas. Those of the document that stand for
// something that the model writes in place are no definitions of the model.
func (d *differ) definitions() {
	component := func(name string) place {
		return place{name, d.dirs[name], func(*editor) ([]string, error) { return []string{"components", "schemas", name}, nil }}
	}
	for _, name := range d.model.names {
		if have := d.spec.schemas[name]; have != nil {
			d.schema(component(name), have, d.model.schemas[name])
		}
	}
	// Twice: a new definition may need one that the document had written in place.
	reported := map[string]bool{}
	for range 2 {
		for i, name := range d.model.names {
			if d.spec.schemas[name] != nil || reported[name] || d.covered[name] && !d.needed[name] {
				continue
			}
			reported[name] = true
			d.needSchema(d.model.schemas[name])
			d.add(added, name, "schema: "+d.model.schemas[name].String(), "", func(e *editor) error {
				return e.newSchema(name, d.model.schemas[name], d.model.names[:i])
			})
		}
	}
	for _, name := range d.spec.names {
		if d.model.schemas[name] == nil && !d.covered[name] {
			d.add(removed, name, "schema: "+d.spec.schemas[name].String(), typeGone, func(e *editor) error {
				return e.remove("components", "schemas", name)
			})
		}
	}
}
