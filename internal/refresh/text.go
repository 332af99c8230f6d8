package refresh

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// todo stands where a person has to write a description.
const todo = "TODO: describe"

const undescribed raw = "'" + todo + "'"

// raw is YAML on one line, as it is to be written.
type raw string

// object is a mapping to be written, in block or in flow style.
type object struct {
	block   bool
	entries []entry
}

type entry struct {
	key   string
	value any // raw, *object or []*object
}

func (o *object) put(key string, value any) {
	o.entries = append(o.entries, entry{key, value})
}

// plainScalar holds the scalars that need no quotes in any style.
var plainScalar = regexp.MustCompile(`^[A-Za-z_$/][A-Za-z0-9_./{}-]*$`)

// scalar writes a string, in quotes if YAML would read it as something else.
func scalar(s string) string {
	words := []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
	if plainScalar.MatchString(s) && !slices.Contains(words, strings.ToLower(s)) {
		return s
	}
	if strings.Contains(s, "\n") { // which single quotes would fold
		return strconv.Quote(s)
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// flow writes a value on one line.
func flow(value any) string {
	switch v := value.(type) {
	case raw:
		return string(v)
	case *object:
		var fields []string
		for _, e := range v.entries {
			fields = append(fields, scalar(e.key)+": "+flow(e.value))
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case []*object:
		var items []string
		for _, o := range v {
			items = append(items, flow(o))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return ""
}

// block writes an entry of a mapping as lines.
func block(indent int, key string, value any) string {
	margin := strings.Repeat(" ", indent)
	head := margin + scalar(key) + ":"
	switch v := value.(type) {
	case *object:
		if v.block {
			return head + "\n" + v.lines(indent+2)
		}
	case []*object:
		text := head + "\n"
		for _, o := range v {
			text += o.item(indent + 2)
		}
		return text
	}
	return head + " " + flow(value) + "\n"
}

// lines writes the entries of an object as lines.
func (o *object) lines(indent int) string {
	text := ""
	for _, e := range o.entries {
		text += block(indent, e.key, e.value)
	}
	return text
}

// item writes an object as an item of a sequence.
func (o *object) item(indent int) string {
	return strings.Repeat(" ", indent) + "- " + o.lines(indent + 2)[indent+2:]
}
