package refresh

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// The order of keys that the document keeps, of schemas and of everything else.
var (
	schemaKeys = slices.Concat(facetOrder, []string{
		"x-exact", "x-since", "description", "required", "enum", "x-enum-descriptions", "items", "properties", "additionalProperties", "allOf",
	})
	otherKeys = []string{
		"name", "in", "operationId", "tags", "summary", "required", "description", "deprecated", "style", "explode", "x-since",
		"x-usage-plan", "schema", "headers", "content", "parameters", "requestBody", "responses",
	}
)

// set sets a key of a mapping whose keys have an order: a new one comes before
// the first that belongs behind it.
func (e *editor) set(at []string, key string, value any) error {
	return e.put(at, key, value, func(n *yaml.Node) int {
		order := schemaKeys
		if index(n, "in") >= 0 || index(n, "responses") >= 0 || index(n, "content") >= 0 {
			order = otherKeys
		}
		rank := slices.Index(order, key)
		for i := 0; i < len(n.Content); i += 2 {
			if slices.Index(order, n.Content[i].Value) > rank {
				return i / 2
			}
		}
		return len(n.Content) / 2
	}, false)
}

// putAfter sets a key of a mapping of names: a new one comes after the last of
// its neighbours that is there, or first.
func (e *editor) putAfter(at []string, key string, value any, neighbours []string, spaced bool) error {
	return e.put(at, key, value, func(n *yaml.Node) int {
		for _, name := range slices.Backward(neighbours) {
			if i := index(n, name); i >= 0 {
				return i + 1
			}
		}
		return 0
	}, spaced)
}

// within returns the path of something at a path. No path stays none.
func within(at []string, steps ...string) []string {
	if at == nil {
		return nil
	}
	return slices.Concat(at, steps)
}

func last(n *yaml.Node) int { return len(n.Content) / 2 }

// flag sets a key to true or takes it away.
func (e *editor) flag(at []string, key string, on bool) error {
	if on {
		return e.set(at, key, raw("true"))
	}
	return e.remove(within(at, key)...)
}

// date is the value of x-since for what comes from the model.
func (e *editor) date() raw { return raw(`"` + e.since + `"`) }

// stamp notes since when a facet is as it is. What is wholly of a newer model
// has its date already.
func (e *editor) stamp(at []string, facet string) error {
	since := e.lookup(within(at, "x-since")...)
	switch {
	case e.since == "" || since != nil && since.Kind == yaml.ScalarNode:
		return nil
	case since == nil:
		return e.set(at, "x-since", &object{entries: []entry{{facet, e.date()}}})
	}
	return e.put(within(at, "x-since"), facet, e.date(), last, false)
}

// setFacet sets a facet of a schema or takes it away.
func (e *editor) setFacet(at []string, facet, value string) error {
	if value == "" {
		if e.lookup(within(at, "x-since", facet)...) != nil {
			if err := e.remove(within(at, "x-since", facet)...); err != nil {
				return err
			}
		}
		return e.remove(within(at, facet)...)
	}
	if err := e.set(at, facet, facetText(facet, value)); err != nil {
		return err
	}
	return e.stamp(at, facet)
}

func facetText(facet, value string) raw {
	switch facet {
	case "pattern":
		return raw("'" + strings.ReplaceAll(value, "'", "''") + "'")
	case "type", "format":
		return raw(scalar(value))
	}
	return raw(value) // numbers, truths and JSON, which is YAML
}

// setEnum gives an enum other values. Those that stay keep their order.
func (e *editor) setEnum(at []string, want []string) error {
	n, err := e.find(yaml.MappingNode, at...)
	if err != nil {
		return err
	}
	var values []string
	for _, v := range field(n, "enum").Content {
		if slices.Contains(want, v.Value) {
			values = append(values, v.Value)
		}
	}
	described := within(at, "x-enum-descriptions")
	for i, v := range want {
		if slices.Contains(values, v) {
			continue
		}
		after := 0
		if i > 0 {
			after = slices.Index(values, want[i-1]) + 1
		}
		values = slices.Insert(values, after, v)
		if e.lookup(described...) != nil {
			if err := e.putAfter(described, v, undescribed, values[:after], false); err != nil {
				return err
			}
		}
	}
	if texts := e.lookup(described...); texts != nil {
		for i := 0; i < len(texts.Content); i += 2 {
			if v := texts.Content[i].Value; !slices.Contains(want, v) {
				if err := e.remove(within(described, v)...); err != nil {
					return err
				}
			}
		}
	}
	if err := e.set(at, "enum", list(values)); err != nil {
		return err
	}
	return e.stamp(at, "enum")
}

func list(values []string) raw {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = scalar(v)
	}
	return raw("[" + strings.Join(texts, ", ") + "]")
}

func (e *editor) setRequired(at []string, name string, on bool) error {
	var names []string
	if n := e.lookup(within(at, "required")...); n != nil {
		for _, item := range n.Content {
			names = append(names, item.Value)
		}
	}
	if slices.Contains(names, name) == on {
		return nil
	}
	if names = slices.DeleteFunc(names, func(n string) bool { return n == name }); on {
		names = append(names, name)
	}
	if len(names) == 0 {
		return e.setFacet(at, "required", "")
	}
	if err := e.set(at, "required", list(names)); err != nil {
		return err
	}
	return e.stamp(at, "required")
}

func (e *editor) newProperty(at []string, p property, before []string, required bool) error {
	value, err := e.described(p.schema, within(at, p.name))
	if err != nil {
		return err
	}
	if properties := within(at, "properties"); e.lookup(properties...) == nil {
		err = e.set(at, "properties", &object{block: true, entries: []entry{{p.name, value}}})
	} else {
		err = e.putAfter(properties, p.name, value, before, false)
	}
	if err != nil || !required {
		return err
	}
	return e.setRequired(at, p.name, true)
}

func (e *editor) removeProperty(at []string, name string) error {
	if err := e.setRequired(at, name, false); err != nil {
		return err
	}
	return e.remove(within(at, "properties", name)...)
}

func (e *editor) setValues(at []string, want *schema) error {
	if want == nil {
		return e.remove(within(at, "additionalProperties")...)
	}
	value, err := e.value(want, within(at, "{}"), "")
	if err != nil {
		return err
	}
	return e.set(at, "additionalProperties", value)
}

// refName returns the schema that a $ref names, with a description beside it or
// without, else "".
func (e *editor) refName(at []string) string {
	n := e.lookup(at...)
	if all := field(n, "allOf"); all != nil && len(all.Content) == 1 {
		n = all.Content[0]
	}
	if ref := field(n, "$ref"); ref != nil {
		return strings.TrimPrefix(ref.Value, "#/components/schemas/")
	}
	return ""
}

// replaceSchema writes a schema anew. Its description and the extensions that
// say something about the value, not about its type, stay.
func (e *editor) replaceSchema(at []string, want *schema) error {
	n, err := e.find(yaml.MappingNode, at...)
	if err != nil {
		return err
	}
	description, stays := raw(""), []entry(nil)
	for i := 0; i < len(n.Content); i += 2 {
		switch key, v := n.Content[i].Value, n.Content[i+1]; {
		case v.Kind != yaml.ScalarNode:
		case key == "description":
			description = raw(scalar(strings.TrimSpace(v.Value)))
		case strings.HasPrefix(key, "x-") && key != "x-exact":
			text := v.Value
			if v.Tag == "!!str" {
				text = scalar(text)
			}
			stays = append(stays, entry{key, raw(text)})
		}
	}
	value, err := e.value(want, at, description)
	if err != nil {
		return err
	}
	value.entries = append(value.entries, stays...)
	parent, key := at[:len(at)-1], at[len(at)-1]
	if err := e.set(parent, key, value); err != nil {
		return err
	}
	if e.refName(at) != "" {
		return nil
	}
	return e.stamp(at, "type")
}

// newSchema adds a named schema after the neighbour that it has in the model.
func (e *editor) newSchema(name string, s *schema, before []string) error {
	value, err := e.described(s, []string{"components", "schemas", name})
	if err != nil {
		return err
	}
	return e.putAfter([]string{"components", "schemas"}, name, value, before, true)
}
