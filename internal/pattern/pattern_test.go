package pattern_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spservices/services-go/internal/pattern"
)

// expressions are matched by a table, or look as if they could be.
var expressions = []string{
	`^[A-Z0-9]*$`, `^[A-Z0-9]+$`, `^[A-Za-z0-9+/]{22}={2}$`, `^[a-z]*$`, `^[^a-z]*$`, `^[\x00-\x7f]+$`, `^\d+$`, `^\w*$`,
	`^[A-Z]*?$`, `^[A-Z]+?$`, `^(?:[A-Z]*)$`, `^([A-Z]*)$`, `^([A-Z])+$`, `^[A]*$`, `^A*$`, `^[A-Zé]*$`, `^[À-ÿ]+$`, `^.*$`, `^.+$`,
	`(?i)^[a-z]*$`, `(?i)^[ks]+$`, `(?m)^[A-Z]*$`, `(?s)^.*$`, `\A[A-Z0-9]*\z`, `^[A-Z0-9]*`, `[A-Z0-9]*$`, `[A-Z0-9]*`, `^[A-Z]*[0-9]*$`,
	`^[A-Z]{2,3}$`, `^[A-Z]?$`, `^[A-Z]$`, `^$`, ``, `^[A-Z]*$|^[0-9]*$`, `^\pL*$`, `^[[:alpha:]]+$`, `x[A-Z]*$`, `^[A-Z]*x`, `^[A-Z]*$x`, `$[A-Z]*^`,
}

var subjects = []string{
	"", "A", "a", "A1", "ATVPDKIKX0DER", "A1 ", " A1", "A1\n", "\nA1", "A\n1", "A-1", "é", "ÀÿÀ", "A\x00", "A\x80", "A\xff", "A\u017f", "\u212a", "ks",
	"KS", "k\u017f", "\ufffd", "０", "١", "1B2M2Y8AsgTpgAmY7PhCfg==", "1B2M2Y8AsgTpgAmY7PhCfg=", "<li>", "AZ09", "az", "x", "Ax", "xA", "AA\r", "abc\nABC", strings.Repeat("A", 4096),
}

func TestPatternMatchesLikeRegexp(t *testing.T) {
	t.Parallel()
	for _, expression := range expressions {
		t.Run(expression, func(t *testing.T) {
			t.Parallel()
			table, judge := pattern.Must(expression), regexp.MustCompile(expression)
			if table.String() != expression {
				t.Errorf("prints as %s", table)
			}
			for _, s := range subjects {
				if got, want := table.Match(s), judge.MatchString(s); got != want {
					t.Errorf("%.60q: %v, want %v", s, got, want)
				}
			}
		})
	}
}

func FuzzPattern(f *testing.F) {
	for i, expression := range expressions {
		f.Add(expression, subjects[i%len(subjects)])
	}
	f.Fuzz(func(t *testing.T, expression, s string) {
		judge, err := regexp.Compile(expression)
		if err != nil {
			t.Skip()
		}
		if got, want := pattern.Must(expression).Match(s), judge.MatchString(s); got != want {
			t.Fatalf("%q on %q: %v, want %v", expression, s, got, want)
		}
	})
}

func TestMustPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("an expression that is not valid was taken")
		}
	}()
	pattern.Must(`^[A-Z`)
}
