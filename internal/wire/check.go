package wire

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spservices/services-go/internal/pattern"
)

// Violation is one broken rule. It never holds the value itself, which may be
// a person's data.
type Violation struct {
	Path string // of the value, for example schedules[2].capacity
	Rule string // for example "must be at least 1"
	Got  string // shape of the value, for example "string of 120 characters"
}

func (v Violation) String() string {
	if v.Got == "" {
		return v.Path + " " + v.Rule
	}
	return v.Path + " " + v.Rule + ", got " + v.Got
}

// ValidationError lists every rule that a request breaks. The request was not
// sent.
type ValidationError struct {
	Operation  string // operationId, "" when a value was checked by itself
	Violations []Violation
}

// maxListed bounds an error text: a schedule of a thousand bad records stays
// one readable line.
const maxListed = 8

func (e *ValidationError) Error() string {
	if e == nil {
		return "<nil>"
	}
	var b strings.Builder
	if e.Operation != "" {
		b.WriteString(e.Operation + ": not sent: ")
	}
	for i, v := range e.Violations {
		if i == maxListed {
			fmt.Fprintf(&b, "; and %d more", len(e.Violations)-maxListed)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(v.String())
	}
	return b.String()
}

// Checkable is implemented by every generated type that has constraints.
type Checkable interface{ Check(*Checker) }

// Checker collects violations while generated code walks a value.
type Checker struct {
	// Response leaves out presence, enum membership and minimum counts:
	// Amazon's own successes omit required members, and enums grow.
	Response   bool
	path       []segment
	violations []Violation
}

type segment struct {
	name  string
	index int
}

// Validate checks v as a request.
func Validate(v Checkable) error {
	var c Checker
	v.Check(&c)
	return c.Err("")
}

// Err returns a *ValidationError for operation, or nil.
func (c *Checker) Err(operation string) error {
	if len(c.violations) == 0 {
		return nil
	}
	return &ValidationError{Operation: operation, Violations: c.violations}
}

// Violations returns what was found so far.
func (c *Checker) Violations() []Violation { return c.violations }

// Enter descends into a member, Leave comes back from it.
func (c *Checker) Enter(name string) { c.path = append(c.path, segment{name, -1}) }

// EnterItem descends into an item of a list.
func (c *Checker) EnterItem(name string, index int) { c.path = append(c.path, segment{name, index}) }

// Leave undoes the last Enter or EnterItem.
func (c *Checker) Leave() { c.path = c.path[:len(c.path)-1] }

// Add records that the member name breaks rule; got is its shape.
func (c *Checker) Add(name, rule, got string) {
	var b strings.Builder
	for _, s := range append(slices.Clip(c.path), segment{name, -1}) {
		if b.Len() > 0 && s.name != "" {
			b.WriteByte('.')
		}
		b.WriteString(s.name)
		if s.index >= 0 {
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		}
	}
	c.violations = append(c.violations, Violation{Path: b.String(), Rule: rule, Got: got})
}

// Required checks that a member is there.
func (c *Checker) Required(name string, present bool) {
	if !present && !c.Response {
		c.Add(name, "is required", "")
	}
}

// Enum checks that a value is a documented one; the empty value is absent.
func (c *Checker) Enum(name, value string, known bool) {
	if value != "" && !known && !c.Response {
		c.Add(name, "must be one of the documented values", Shape(value))
	}
}

// Length checks a string's number of characters; the empty string is absent.
func (c *Checker) Length(name, value string, low, high int) {
	if value == "" || len(value) <= high && len(value) >= low*utf8.UTFMax {
		return
	}
	if n := utf8.RuneCountInString(value); n < low || n > high {
		c.Add(name, between("have", int64(low), int64(high), "characters"), Shape(value))
	}
}

// Pattern checks a string's form; the empty string is absent.
func (c *Checker) Pattern(name, value string, p *pattern.Pattern) {
	if value != "" && !p.Match(value) {
		c.Add(name, "must match "+p.String(), Shape(value))
	}
}

// Range checks a number.
func (c *Checker) Range(name string, value, low, high int64) {
	if value < low || value > high {
		c.Add(name, between("be", low, high, ""), strconv.FormatInt(value, 10))
	}
}

// MultipleOf checks a number.
func (c *Checker) MultipleOf(name string, value, factor int64) {
	if value%factor != 0 {
		c.Add(name, fmt.Sprintf("must be a multiple of %d", factor), strconv.FormatInt(value, 10))
	}
}

// Items checks the length of a list that is there.
func (c *Checker) Items(name string, count, low, high int) {
	if count > high || count < low && !c.Response {
		c.Add(name, between("have", int64(low), int64(high), "items"), strconv.Itoa(count))
	}
}

func between(verb string, low, high int64, unit string) string {
	var limits string
	switch {
	case high == math.MaxInt64 || high == math.MaxInt: // without a limit
		limits = fmt.Sprintf("at least %d", low)
		if low == 1 {
			unit = strings.TrimSuffix(unit, "s")
		}
	case low == high:
		limits = strconv.FormatInt(low, 10)
	case low <= 0:
		limits = fmt.Sprintf("at most %d", high)
	default:
		limits = fmt.Sprintf("%d to %d", low, high)
	}
	return strings.TrimSpace("must " + verb + " " + limits + " " + unit)
}

// Shape is what a violation tells of a string.
func Shape(value string) string {
	return fmt.Sprintf("a string of %d characters", utf8.RuneCountInString(value))
}
