package refresh

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"gopkg.in/yaml.v3"
)

// node is a value of a JSON or YAML document and the line that it stands on.
// Objects keep the order of their keys.
type node struct {
	line   int
	scalar any // string, json.Number, bool or nil
	keys   []string
	fields map[string]*node // of an object, else nil
	items  []*node          // of an array, else nil
}

// get walks into nested objects. A missing key yields nil, on which every
// method works.
func (n *node) get(path ...string) *node {
	for _, key := range path {
		if n == nil {
			return nil
		}
		n = n.fields[key]
	}
	return n
}

func (n *node) names() []string {
	if n == nil {
		return nil
	}
	return n.keys
}

func (n *node) list() []*node {
	if n == nil {
		return nil
	}
	return n.items
}

// text returns a scalar as it is written, without quotes.
func (n *node) text() string {
	if n == nil || n.scalar == nil {
		return ""
	}
	return fmt.Sprint(n.scalar)
}

func (n *node) texts() []string {
	var texts []string
	for _, item := range n.list() {
		texts = append(texts, item.text())
	}
	return texts
}

func (n *node) isTrue() bool { return n != nil && n.scalar == true }

// plain returns the value as encoding/json would decode it.
func (n *node) plain() any {
	switch {
	case n == nil:
		return nil
	case n.fields != nil:
		m := map[string]any{}
		for key, field := range n.fields {
			m[key] = field.plain()
		}
		return m
	case n.items != nil:
		list := []any{}
		for _, item := range n.items {
			list = append(list, item.plain())
		}
		return list
	}
	return n.scalar
}

// lineError is a problem at a line of a document.
type lineError struct {
	line int
	text string
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }

// parseJSON reads a JSON document.
func parseJSON(src []byte) (*node, error) {
	var whole json.RawMessage
	if err := json.Unmarshal(src, &whole); err != nil {
		at, text := int64(len(src)), "not JSON: "+err.Error()
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			at = syntax.Offset
		}
		if at >= int64(len(src)) {
			text = "truncated: " + err.Error()
		}
		return nil, &lineError{1 + bytes.Count(src[:at], []byte("\n")), text}
	}
	r := &jsonReader{src: src, dec: json.NewDecoder(bytes.NewReader(src)), line: 1}
	r.dec.UseNumber()
	return r.value()
}

type jsonReader struct {
	src  []byte
	dec  *json.Decoder
	seen int64 // how far lines have been counted
	line int
}

func (r *jsonReader) token() (json.Token, error) {
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	offset := r.dec.InputOffset()
	r.line += bytes.Count(r.src[r.seen:offset], []byte("\n"))
	r.seen = offset
	return token, nil
}

func (r *jsonReader) value() (*node, error) {
	token, err := r.token()
	if err != nil {
		return nil, err
	}
	n := &node{line: r.line}
	switch token {
	case json.Delim('{'):
		n.fields = map[string]*node{}
		for r.dec.More() {
			key, err := r.token()
			if err != nil {
				return nil, err
			}
			line := r.line
			field, err := r.value()
			if err != nil {
				return nil, err
			}
			if err := n.add(key.(string), field, line); err != nil {
				return nil, err
			}
		}
		_, err = r.token()
	case json.Delim('['):
		n.items = []*node{}
		for r.dec.More() {
			item, err := r.value()
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
		_, err = r.token()
	default:
		n.scalar = token
	}
	return n, err
}

func (n *node) add(key string, field *node, line int) error {
	if _, ok := n.fields[key]; ok {
		return &lineError{line, fmt.Sprintf("the key %q stands twice", key)}
	}
	n.keys = append(n.keys, key)
	n.fields[key] = field
	return nil
}

// fromYAML converts a YAML node, so that both documents are read by the same code.
func fromYAML(y *yaml.Node) (*node, error) {
	n := &node{line: y.Line}
	switch y.Kind {
	case yaml.MappingNode:
		n.fields = map[string]*node{}
		for i := 0; i < len(y.Content); i += 2 {
			field, err := fromYAML(y.Content[i+1])
			if err != nil {
				return nil, err
			}
			if err := n.add(y.Content[i].Value, field, y.Content[i].Line); err != nil {
				return nil, err
			}
		}
	case yaml.SequenceNode:
		n.items = []*node{}
		for _, c := range y.Content {
			item, err := fromYAML(c)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
	case yaml.ScalarNode:
		switch y.Tag {
		case "!!int", "!!float":
			n.scalar = json.Number(y.Value)
		case "!!bool":
			n.scalar = y.Value == "true"
		case "!!null":
		default:
			n.scalar = y.Value
		}
	default:
		return nil, &lineError{y.Line, "anchors and aliases are not read"}
	}
	return n, nil
}
