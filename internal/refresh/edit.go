package refresh

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// editor changes a YAML document as text, so that all it does not touch stays
// as it is. A path names keys of mappings; a step name=x finds the item of a
// sequence with that name, through its $ref if it is one. After each edit the
// text is read again, so no position outlives an edit.
type editor struct {
	text   []byte
	root   *yaml.Node
	starts []int // offset of each line
	model  *api
	since  string // date of the model, or ""
}

func newEditor(text []byte, model *api, since string) (*editor, error) {
	if !bytes.HasSuffix(text, []byte("\n")) {
		text = append(slices.Clone(text), '\n')
	}
	e := &editor{model: model, since: since}
	return e, e.load(text)
}

func (e *editor) load(text []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return err
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return errors.New("want a YAML document with a mapping")
	}
	e.text, e.root, e.starts = text, doc.Content[0], []int{0}
	for i, c := range text {
		if c == '\n' {
			e.starts = append(e.starts, i+1)
		}
	}
	return nil
}

// splice replaces a part of the text.
func (e *editor) splice(start, end int, text string) error {
	return e.load(slices.Concat(e.text[:start], []byte(text), e.text[end:]))
}

// current reads the document as it is now.
func (e *editor) current() (*api, error) {
	n, err := fromYAML(e.root)
	if err != nil {
		return nil, err
	}
	return readOpenAPI(n, e.model)
}

// index returns the position of a key in a mapping, counted in entries.
func index(n *yaml.Node, key string) int {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i / 2
		}
	}
	return -1
}

// field returns the value of a key, or nil.
func field(n *yaml.Node, key string) *yaml.Node {
	if n != nil && n.Kind == yaml.MappingNode {
		if i := index(n, key); i >= 0 {
			return n.Content[2*i+1]
		}
	}
	return nil
}

// lookup returns the node at a path, or nil.
func (e *editor) lookup(at ...string) *yaml.Node {
	n := e.root
	for _, step := range at {
		if name, ok := strings.CutPrefix(step, "name="); ok && n != nil && n.Kind == yaml.SequenceNode {
			i := e.item(n, name)
			if i < 0 {
				return nil
			}
			n = n.Content[i]
			continue
		}
		n = field(n, step)
	}
	return n
}

// item returns the position in a sequence of the parameter of a name.
func (e *editor) item(seq *yaml.Node, name string) int {
	return slices.IndexFunc(seq.Content, func(n *yaml.Node) bool {
		if ref := field(n, "$ref"); ref != nil {
			n = e.lookup(strings.Split(strings.TrimPrefix(ref.Value, "#/"), "/")...)
		}
		found := field(n, "name")
		return found != nil && found.Value == name
	})
}

func (e *editor) find(kind yaml.Kind, at ...string) (*yaml.Node, error) {
	n := e.lookup(at...)
	if n == nil || n.Kind != kind {
		return nil, fmt.Errorf("the document has no %s that can be edited", strings.Join(at, " "))
	}
	return n, nil
}

// offset is where a node begins. Its column counts characters.
func (e *editor) offset(n *yaml.Node) int {
	at := e.starts[n.Line-1]
	for range n.Column - 1 {
		at++
		for at < len(e.text) && e.text[at]&0xC0 == 0x80 { // within a character
			at++
		}
	}
	return at
}

// isFlow reports whether a collection is written in braces or brackets.
func isFlow(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 }

// end returns where a value that is written within a line ends; false for
// what takes lines of its own.
func (e *editor) end(n *yaml.Node) (int, bool) {
	at := e.offset(n)
	switch {
	case n.Kind != yaml.ScalarNode:
		return e.closing(at), isFlow(n)
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		return e.closing(at), true
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 || n.Value == "":
		return 0, false
	}
	return at + len(n.Value), bytes.HasPrefix(e.text[at:], []byte(n.Value))
}

// closing returns the position after the quoted text, braces or brackets that
// begin at an offset.
func (e *editor) closing(at int) int {
	depth, last := 0, byte('{') // a quote opens a text only at the beginning of a value
	for i := at; i < len(e.text); i++ {
		switch c := e.text[i]; {
		case (c == '\'' || c == '"') && strings.IndexByte("{[,:", last) >= 0:
			for i++; i < len(e.text) && (e.text[i] != c || c == '\'' && i+1 < len(e.text) && e.text[i+1] == c); i++ {
				if c == '\'' && e.text[i] == c || c == '"' && e.text[i] == '\\' {
					i++
				}
			}
			last = c
		case c == '{' || c == '[':
			depth++
			last = c
		case c == '}' || c == ']':
			depth--
			last = c
		case c != ' ' && c != '\n':
			last = c
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(e.text)
}

// lines returns the extent, in whole lines, of what begins at a line and is
// indented by more than indent on the lines after it. Blank lines and comments
// behind it are not part of it.
func (e *editor) lines(line, indent int) (start, end int) {
	start, end = e.starts[line-1], e.starts[line]
	for i := line; i < len(e.starts)-1; i++ {
		text := e.text[e.starts[i]:e.starts[i+1]]
		content := bytes.TrimLeft(text, " ")
		if len(bytes.TrimSpace(content)) == 0 {
			continue
		}
		if len(text)-len(content) <= indent {
			break
		}
		end = e.starts[i+1]
	}
	return start, end
}

// entryLines returns the extent of the i-th entry of a block mapping.
func (e *editor) entryLines(n *yaml.Node, i int) (start, end int) {
	key := n.Content[2*i]
	return e.lines(key.Line, key.Column-1)
}

// put sets a key. A new one comes before the entry that position names, which
// for the number of entries is the end. spaced leaves a blank line between entries.
func (e *editor) put(at []string, key string, value any, position func(*yaml.Node) int, spaced bool) error {
	n, err := e.find(yaml.MappingNode, at...)
	if err != nil {
		return err
	}
	if i := index(n, key); i >= 0 {
		return e.replace(n, i, value)
	}
	i := position(n)
	if isFlow(n) {
		return e.insertFlow(n, i, scalar(key)+": "+flow(value))
	}
	return e.insert(n, i, block(n.Content[0].Column-1, key, value), spaced)
}

func (e *editor) insertFlow(n *yaml.Node, i int, text string) error {
	switch at := e.offset(n); {
	case len(n.Content) == 0:
		return e.splice(at, e.closing(at), "{"+text+"}")
	case 2*i < len(n.Content):
		at = e.offset(n.Content[2*i])
		return e.splice(at, at, text+", ")
	}
	at, ok := e.end(n.Content[len(n.Content)-1])
	if !ok {
		return &lineError{n.Line, "this mapping cannot be edited"}
	}
	return e.splice(at, at, ", "+text)
}

// insert puts lines before the i-th entry of a block mapping.
func (e *editor) insert(n *yaml.Node, i int, text string, spaced bool) error {
	if i == 0 {
		if spaced {
			text += "\n"
		}
		at, _ := e.entryLines(n, 0)
		return e.splice(at, at, text)
	}
	if spaced {
		text = "\n" + text
	}
	_, at := e.entryLines(n, i-1)
	return e.splice(at, at, text)
}

// replace gives the i-th entry of a mapping another value.
func (e *editor) replace(n *yaml.Node, i int, value any) error {
	key, old := n.Content[2*i], n.Content[2*i+1]
	_, lines := value.([]*object)
	if o, ok := value.(*object); ok {
		lines = o.block
	}
	end, inline := e.end(old)
	if inline && (isFlow(n) || !lines) {
		return e.splice(e.offset(old), end, flow(value))
	}
	start, end := e.entryLines(n, i)
	return e.splice(start, end, block(key.Column-1, key.Value, value))
}

// remove takes an entry away, and the mapping with it if it was the only one.
func (e *editor) remove(at ...string) error {
	parent, key := at[:len(at)-1], at[len(at)-1]
	n, err := e.find(yaml.MappingNode, parent...)
	if err != nil {
		return err
	}
	i := index(n, key)
	switch {
	case i < 0:
		return nil
	case len(n.Content) == 2:
		return e.remove(parent...)
	case !isFlow(n):
		return e.cut(e.entryLines(n, i))
	case 2*i+2 < len(n.Content):
		return e.splice(e.offset(n.Content[2*i]), e.offset(n.Content[2*i+2]), "")
	}
	before, _ := e.end(n.Content[2*i-1])
	end, ok := e.end(n.Content[2*i+1])
	if !ok {
		return &lineError{n.Line, "this mapping cannot be edited"}
	}
	return e.splice(before, end, "")
}

// cut removes lines, and the blank line before them if another one follows.
func (e *editor) cut(start, end int) error {
	blank := func(at int) bool { return at >= len(e.text) || e.text[at] == '\n' }
	if start >= 2 && e.text[start-2] == '\n' && blank(end) {
		start--
	}
	return e.splice(start, end, "")
}
