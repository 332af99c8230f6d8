// Package pattern matches the patterns of the API description.
package pattern

import (
	"regexp"
	"regexp/syntax"
)

// Pattern is a compiled pattern of the API description. Patterns of the form
// ^[class]*$ or ^[class]+$, which nearly all of them have, are matched by a
// table: a page of jobs holds eighty such values.
type Pattern struct {
	expression *regexp.Regexp
	table      *[256]bool
	minLength  int
}

// Must compiles a pattern and panics when it is not valid.
func Must(expression string) *Pattern {
	p := &Pattern{expression: regexp.MustCompile(expression)}
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil || tree.Op != syntax.OpConcat || len(tree.Sub) != 3 ||
		tree.Sub[0].Op != syntax.OpBeginText || tree.Sub[2].Op != syntax.OpEndText {
		return p
	}
	repeat := tree.Sub[1]
	if repeat.Op == syntax.OpPlus {
		p.minLength = 1
	} else if repeat.Op != syntax.OpStar {
		return p
	}
	class := repeat.Sub[0]
	if class.Op != syntax.OpCharClass || class.Rune[len(class.Rune)-1] > 0x7f {
		return p
	}
	p.table = new([256]bool)
	for i := 0; i < len(class.Rune); i += 2 {
		for r := class.Rune[i]; r <= class.Rune[i+1]; r++ {
			p.table[r] = true
		}
	}
	return p
}

// String returns the expression.
func (p *Pattern) String() string { return p.expression.String() }

// Match reports whether s has the form.
func (p *Pattern) Match(s string) bool {
	if p.table == nil {
		return p.expression.MatchString(s)
	}
	for i := range len(s) {
		if !p.table[s[i]] {
			return false
		}
	}
	return len(s) >= p.minLength
}
