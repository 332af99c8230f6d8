package wire_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/pattern"
	"github.com/spservices/services-go/internal/wire"
)

// found lists the violations as text.
func found(c *wire.Checker) (list []string) {
	for _, v := range c.Violations() {
		list = append(list, v.String())
	}
	return list
}

func TestCheckerPaths(t *testing.T) {
	t.Parallel()
	var c wire.Checker
	c.Required("top", false)
	c.Enter("schedules") // a struct
	c.Required("startTime", false)
	c.EnterItem("records", 2)
	c.Enter("recurrence")
	c.EnterItem("daysOfWeek", 10)
	wire.Enum(&c, "", season("someday"))
	c.Leave()
	c.Required("endTime", false)
	c.Leave()
	c.Leave()
	c.Required("endTime", false)
	c.Leave()
	c.Required("last", false)
	var got []string
	for _, v := range c.Violations() {
		got = append(got, v.Path)
	}
	want := []string{
		"top", "schedules.startTime", "schedules.records[2].recurrence.daysOfWeek[10]", "schedules.records[2].recurrence.endTime",
		"schedules.endTime", "last",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// season is an enum.
type season string

func (s season) Valid() bool    { return s == "SUMMER" || s == "WINTER" }
func (season) Values() []season { return []season{"SUMMER", "WINTER"} }

func TestCheckerRules(t *testing.T) {
	t.Parallel()
	digits := pattern.Must(`^[0-9]+$`)
	for name, c := range map[string]struct {
		check    func(*wire.Checker)
		want     string // of a request, "" when nothing is wrong
		response bool   // whether a response is held to it too
	}{
		"present":             {func(c *wire.Checker) { c.Required("a", true) }, "", true},
		"missing":             {func(c *wire.Checker) { c.Required("a", false) }, "a is required", false},
		"known value":         {func(c *wire.Checker) { wire.Enum(c, "a", season("WINTER")) }, "", true},
		"no value":            {func(c *wire.Checker) { wire.Enum(c, "a", season("")) }, "", true},
		"new value":           {func(c *wire.Checker) { wire.Enum(c, "a", season("X\tZ")) }, `a must be one of SUMMER, WINTER, got "X\tZ"`, false},
		"absent text":         {func(c *wire.Checker) { c.Length("a", "", 5, 20) }, "", true},
		"shortest":            {func(c *wire.Checker) { c.Length("a", "éééé€", 5, 20) }, "", true},
		"short in characters": {func(c *wire.Checker) { c.Length("a", "éé€€", 5, 20) }, `a must have 5 to 20 characters, got "éé€€"`, true},
		"longest":             {func(c *wire.Checker) { c.Length("a", strings.Repeat("€", 20), 5, 20) }, "", true},
		"long":                {func(c *wire.Checker) { c.Length("a", strings.Repeat("x", 21), 5, 20) }, `a must have 5 to 20 characters, got "xxxxxxxxxxxxxxxxxxxxx"`, true},
		"long without least":  {func(c *wire.Checker) { c.Length("a", "xxx", 0, 2) }, `a must have at most 2 characters, got "xxx"`, true},
		"short without most":  {func(c *wire.Checker) { c.Length("a", "x", 2, math.MaxInt) }, `a must have at least 2 characters, got "x"`, true},
		"of one length":       {func(c *wire.Checker) { c.Length("a", "x", 2, 2) }, `a must have 2 characters, got "x"`, true},
		"pattern":             {func(c *wire.Checker) { c.Pattern("a", "123", digits) }, "", true},
		"absent pattern":      {func(c *wire.Checker) { c.Pattern("a", "", digits) }, "", true},
		"broken pattern":      {func(c *wire.Checker) { c.Pattern("a", "12a", digits) }, `a must match ^[0-9]+$, got "12a"`, true},
		"least":               {func(c *wire.Checker) { c.Range("a", 5, 5, 360) }, "", true},
		"most":                {func(c *wire.Checker) { c.Range("a", 360, 5, 360) }, "", true},
		"low":                 {func(c *wire.Checker) { c.Range("a", 4, 5, 360) }, "a must be 5 to 360, got 4", true},
		"high":                {func(c *wire.Checker) { c.Range("a", 361, 5, 360) }, "a must be 5 to 360, got 361", true},
		"negative":            {func(c *wire.Checker) { c.Range("a", -1, 0, math.MaxInt64) }, "a must be at least 0, got -1", true},
		"high without least":  {func(c *wire.Checker) { c.Range("a", 6, math.MinInt64, 5) }, "a must be at most 5, got 6", true},
		"multiple":            {func(c *wire.Checker) { c.MultipleOf("a", -10, 5) }, "", true},
		"no multiple":         {func(c *wire.Checker) { c.MultipleOf("a", 7, 5) }, "a must be a multiple of 5, got 7", true},
		"enough items":        {func(c *wire.Checker) { c.Items("a", 1, 1, 20) }, "", true},
		"no items":            {func(c *wire.Checker) { c.Items("a", 0, 1, 20) }, "a must have 1 to 20 items, got 0", false},
		"many items":          {func(c *wire.Checker) { c.Items("a", 21, 1, 20) }, "a must have 1 to 20 items, got 21", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var request wire.Checker
			c.check(&request)
			if got := strings.Join(found(&request), "; "); got != c.want {
				t.Errorf("request: %q, want %q", got, c.want)
			}
			response := wire.Checker{Response: true}
			c.check(&response)
			if got := len(response.Violations()) > 0; got != (c.response && c.want != "") {
				t.Errorf("response: %q", found(&response))
			}
		})
	}
}

// A value of an answer, and one that the API description marks, may be a
// person's name, so that no text repeats it.
func TestCheckerHidesValues(t *testing.T) {
	t.Parallel()
	const canary = "Ada Lovelace"
	for name, c := range map[string]*wire.Checker{"answer": {Response: true}, "marked": {}} {
		c.Hide()
		c.Hide()
		c.Show()
		c.Length("length", canary, 1, 5)
		c.Pattern("pattern", canary, pattern.Must(`^[0-9]*$`))
		c.Range("number", 5550100, 0, 9)
		c.MultipleOf("multiple", 5550100, 3)
		wire.Enum(c, "enum", season(canary))
		if n := len(c.Violations()); n < 4 {
			t.Fatalf("%s: %d violations: %q", name, n, found(c))
		}
		for _, text := range append(found(c), c.Err("getIt").Error()) {
			if strings.Contains(text, "Ada") || strings.Contains(text, "5550100") {
				t.Errorf("%s: the value is in %q", name, text)
			}
		}
		c.Show()
	}
	buyer := gen.Buyer{BuyerID: canary}
	if err := buyer.Validate(); err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("of a buyer: %v", err)
	}
}

// A value is quoted as far as it stays readable.
func TestCheckerCutsLongValues(t *testing.T) {
	t.Parallel()
	var c wire.Checker
	c.Length("a", strings.Repeat("ü", 101), 1, 100)
	c.Length("a", "\xff"+strings.Repeat("\x00", 1<<20), 1, 100)
	c.Length("a", strings.Repeat("x", 100), 1, 50)
	want := []string{
		`a must have 1 to 100 characters, got "` + strings.Repeat("ü", 100) + `…" of 101 characters`,
		`a must have 1 to 100 characters, got "\xff` + strings.Repeat(`\x00`, 99) + `…" of 1048577 characters`,
		`a must have 1 to 50 characters, got "` + strings.Repeat("x", 100) + `"`,
	}
	if got := found(&c); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestValidationError(t *testing.T) {
	t.Parallel()
	var c wire.Checker
	if err := c.Err("getIt"); err != nil {
		t.Fatalf("no violation is %v", err)
	}
	c.Required("b", false)
	c.Items("a", 3, 0, 1)
	err := c.Err("getIt")
	var e *wire.ValidationError
	if !errors.As(err, &e) || e.Operation != "getIt" || len(e.Violations) != 2 {
		t.Fatalf("got %#v", err)
	}
	if got, want := err.Error(), "getIt: not sent: b is required; a must have at most 1 items, got 3"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := c.Err("").Error(), "b is required; a must have at most 1 items, got 3"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A schedule with a thousand bad records stays one readable line.
func TestValidationErrorIsShort(t *testing.T) {
	t.Parallel()
	var c wire.Checker
	for range 1000 {
		c.Required("a", false)
	}
	text := c.Err("getIt").Error()
	if strings.Count(text, "a is required") != 8 || !strings.HasSuffix(text, "; and 992 more") || strings.Contains(text, "\n") {
		t.Errorf("got %s", text)
	}
}

type checkable struct{ missing bool }

func (v *checkable) Check(c *wire.Checker) { c.Required("member", !v.missing) }

func TestValidate(t *testing.T) {
	t.Parallel()
	if err := wire.Validate(&checkable{}); err != nil {
		t.Errorf("got %v", err)
	}
	if err := wire.Validate(&checkable{missing: true}); err == nil || err.Error() != "member is required" {
		t.Errorf("got %v", err)
	}
}

func TestClassString(t *testing.T) {
	t.Parallel()
	for class, want := range map[wire.Class]string{wire.Read: "read", wire.Idempotent: "idempotent", wire.Once: "once", 0: "unknown"} {
		if got := class.String(); got != want {
			t.Errorf("%d is %q, want %q", class, got, want)
		}
	}
}
