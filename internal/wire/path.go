package wire

import (
	"net/url"
	"strings"
)

// ExpandPath fills the template's {placeholders} with values, in order. Each
// value stays one path segment.
func ExpandPath(template string, values []string) string {
	var b strings.Builder
	for _, value := range values {
		open, end := strings.IndexByte(template, '{'), strings.IndexByte(template, '}')
		if open < 0 || end < open {
			break
		}
		b.WriteString(template[:open])
		b.WriteString(url.PathEscape(value))
		template = template[end+1:]
	}
	return b.String() + template
}

// CheckPath holds path values to what the API states and to what a path can
// carry: dot segments, empty values and control characters would address
// another resource or another request.
func CheckPath(c *Checker, op *Operation, values []string) {
	for i, p := range op.Parameters {
		value := ""
		if i < len(values) {
			value = values[i]
		}
		switch {
		case value == "":
			c.Add(p.Name, "is required", "an empty string")
		case value == "." || value == "..":
			c.Add(p.Name, "must not be a dot segment", c.Got(value))
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }):
			c.Add(p.Name, "must be valid UTF-8 without control characters", c.Got(value))
		default:
			c.Length(p.Name, value, p.MinLength, p.MaxLength)
		}
	}
}
