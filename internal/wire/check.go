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

// Violation is one broken rule. It quotes the value of a request, but neither a
// value that the API description marks as personal or secret nor one of an
// answer: of those it has the length.
type Violation struct {
	Path string // of the value, for example schedules[2].capacity
	Rule string // for example "must be at least 1"
	Got  string // the value, for example "-1", or "a string of 120 characters"
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
	hidden     int
	path       []segment
	violations []Violation
}

// maxOfResponse is how many violations of an answer are kept: it may break a rule
// with every few bytes.
const maxOfResponse = 100

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

// Hide keeps values out of the violations that follow, until as many calls of Show.
func (c *Checker) Hide() { c.hidden++ }

// Show undoes Hide.
func (c *Checker) Show() { c.hidden-- }

// Add records that the member name breaks rule; got is the value, from Got or a
// number, or "" for none.
func (c *Checker) Add(name, rule, got string) {
	if c.Response && len(c.violations) == maxOfResponse {
		return
	}
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
func Enum[E interface {
	~string
	Valid() bool
	Values() []E
}](c *Checker, name string, value E) {
	if value == "" || c.Response || value.Valid() {
		return
	}
	list := ""
	for _, documented := range value.Values() {
		list += ", " + string(documented)
	}
	c.Add(name, "must be one of "+strings.TrimPrefix(list, ", "), c.Got(string(value)))
}

// Length checks a string's number of characters; the empty string is absent.
func (c *Checker) Length(name, value string, low, high int) {
	if value == "" || len(value) <= high && len(value) >= low*utf8.UTFMax {
		return
	}
	if n := utf8.RuneCountInString(value); n < low || n > high {
		c.Add(name, between("have", int64(low), int64(high), "characters"), c.Got(value))
	}
}

// Pattern checks a string's form; the empty string is absent.
func (c *Checker) Pattern(name, value string, p *pattern.Pattern) {
	if value != "" && !p.Match(value) {
		c.Add(name, "must match "+p.String(), c.Got(value))
	}
}

// Range checks a number.
func (c *Checker) Range(name string, value, low, high int64) {
	if value < low || value > high {
		c.Add(name, between("be", low, high, ""), c.gotNumber(value))
	}
}

// MultipleOf checks a number.
func (c *Checker) MultipleOf(name string, value, factor int64) {
	if value%factor != 0 {
		c.Add(name, fmt.Sprintf("must be a multiple of %d", factor), c.gotNumber(value))
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

// maxQuoted is how many characters of a value are quoted.
const maxQuoted = 100

// Got is what a violation tells of a string: the string itself, as far as it may
// be told and is not too long.
func (c *Checker) Got(value string) string {
	if c.Response || c.hidden > 0 {
		return Shape(value)
	}
	count := 0
	for i := range value {
		if count == maxQuoted {
			return strings.TrimSuffix(quote(value[:i]), `"`) + `…" of ` + strconv.Itoa(utf8.RuneCountInString(value)) + " characters"
		}
		count++
	}
	return quote(value)
}

// quote escapes the replacement character too: it looks like broken UTF-8.
func quote(s string) string { return strings.ReplaceAll(strconv.Quote(s), "\ufffd", `\ufffd`) }

func (c *Checker) gotNumber(value int64) string {
	if c.hidden > 0 {
		return "another number"
	}
	return strconv.FormatInt(value, 10)
}

// Shape is what a violation tells of a string that it must not quote.
func Shape(value string) string {
	return fmt.Sprintf("a string of %d characters", utf8.RuneCountInString(value))
}
