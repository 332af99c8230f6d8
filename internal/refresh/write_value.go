package refresh

import (
	"fmt"
	"slices"
	"strings"
)

// described writes a schema that waits for a person to describe it.
func (e *editor) described(s *schema, at []string) (*object, error) {
	value, err := e.value(s, at, undescribed)
	if err != nil || e.since == "" {
		return value, err
	}
	i := slices.IndexFunc(value.entries, func(entry entry) bool { return entry.key == "description" })
	if value.block {
		i++ // there the description comes first
	}
	value.entries = slices.Insert(value.entries, i, entry{"x-since", e.date()})
	return value, nil
}

// value writes a schema, with a description unless that is empty. An enum
// becomes a schema of its own, as all are in the document; without a path it
// stays where it is.
func (e *editor) value(s *schema, at []string, description raw) (*object, error) {
	ref := s.ref
	if isSchema := len(at) == 3 && at[1] == "schemas"; len(s.enum) > 0 && at != nil && !isSchema {
		name, err := e.enum(s, at)
		if err != nil {
			return nil, err
		}
		ref = name
	}
	o := &object{}
	if ref != "" {
		target := &object{entries: []entry{{"$ref", raw("'#/components/schemas/" + ref + "'")}}}
		if description == "" {
			return target, nil
		}
		o.block = true
		o.put("description", description)
		o.put("allOf", raw("["+flow(target)+"]"))
		return o, nil
	}
	for _, facet := range facetOrder {
		if v := s.facets[facet]; v != "" {
			o.put(facet, facetText(facet, v))
		}
	}
	if s.facets["type"] == "number" && s.facets["format"] == "" {
		o.put("x-exact", raw("true")) // a float64 would round it
	}
	if description != "" {
		o.put("description", description)
	}
	if err := e.parts(o, s, at, description != ""); err != nil {
		return nil, err
	}
	o.block = description != "" && (o.block || s.items != nil || len(flow(o)) > 100)
	return o, nil
}

// parts writes what a schema is made of.
func (e *editor) parts(o *object, s *schema, at []string, described bool) error {
	if len(s.required) > 0 {
		o.put("required", list(s.required))
	}
	if len(s.enum) > 0 {
		o.block = true
		o.put("enum", list(s.enum))
		texts := &object{block: true}
		for _, v := range s.enum {
			texts.put(v, undescribed)
		}
		o.put("x-enum-descriptions", texts)
	}
	if s.items != nil {
		items, err := e.value(s.items, within(at, "[]"), "")
		if err != nil {
			return err
		}
		o.put("items", items)
	}
	if len(s.properties) > 0 {
		o.block = true
		properties := &object{block: true}
		for _, p := range s.properties {
			text := raw("")
			if described {
				text = undescribed
			}
			value, err := e.value(p.schema, within(at, p.name), text)
			if err != nil {
				return err
			}
			properties.put(p.name, value)
		}
		o.put("properties", properties)
	}
	switch {
	case s.facets["additionalProperties"] == "false":
		o.put("additionalProperties", raw("false"))
	case s.values != nil:
		values, err := e.value(s.values, within(at, "{}"), "")
		if err != nil {
			return err
		}
		o.block = true
		o.put("additionalProperties", values)
	}
	return nil
}

// enum finds or adds the named schema of an enum. It is named after the
// property, or after the property and what holds it.
func (e *editor) enum(s *schema, at []string) (string, error) {
	doc, err := e.current()
	if err != nil {
		return "", err
	}
	names := e.enumNames(at)
	for _, name := range names {
		have := doc.schemas[name]
		if have != nil && have.sorted().String() == s.sorted().String() {
			return name, nil
		}
		if have == nil && e.model.schemas[name] == nil {
			return name, e.newSchema(name, s, doc.names)
		}
	}
	return "", fmt.Errorf("no name is left for the enum of %s among %s", strings.Join(at, " "), strings.Join(names, " "))
}

// enumNames proposes names for the enum at a path.
func (e *editor) enumNames(at []string) []string {
	var parts []string
	for i := len(at) - 1; i >= 0 && len(parts) < 3; i-- {
		switch step := strings.TrimPrefix(at[i], "name="); {
		case slices.Contains([]string{"[]", "{}", "properties", "items", "schema", "schemas", "parameters", "components"}, step):
		case at[0] == "paths" && i <= 2:
			if id := e.lookup(within(at[:3], "operationId")...); id != nil {
				parts = append(parts, upperFirst(id.Value))
			}
			i = 0
		default:
			parts = append(parts, upperFirst(step))
		}
	}
	var names []string
	name := ""
	for _, part := range parts {
		name = part + name
		names = append(names, name)
	}
	return names
}

func upperFirst(s string) string {
	return strings.ToUpper(s[:1]) + s[1:]
}
