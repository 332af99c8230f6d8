package refresh

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
)

var (
	decimal   = regexp.MustCompile(`^(\d+(\.\d*)?|\.\d+)$`)
	separator = regexp.MustCompile(`^[-:\s]*$`)
	spaces    = strings.NewReplacer("\u00a0", " ", "&nbsp;", " ")
)

// usagePlan reads the table of a usage plan in the prose of an operation: the
// first row that has numbers under Rate and Burst. unread says why prose that
// speaks of a plan is not understood.
func usagePlan(prose string) (rate, burst, unread string) {
	rateAt, burstAt := -1, -1
	for line := range strings.Lines(prose) {
		cells := tableCells(line)
		if rateAt < 0 || burstAt < 0 {
			rateAt, burstAt = column(cells, "rate"), column(cells, "burst")
			if rateAt >= 0 && burstAt >= 0 {
				if unit := strings.ToLower(cells[rateAt]); unit != "rate" && !strings.Contains(unit, "per second") {
					return "", "", fmt.Sprintf("want requests per second, not %q", cells[rateAt])
				}
			}
			continue
		}
		if len(cells) <= max(rateAt, burstAt) || separator.MatchString(cells[rateAt]) {
			continue
		}
		if rate, burst = positive(cells[rateAt]), positive(cells[burstAt]); rate != "" && burst != "" && !strings.Contains(burst, ".") {
			return rate, burst, ""
		}
		if unread == "" {
			unread = fmt.Sprintf("want two numbers above zero and a whole burst, not %q and %q", cells[rateAt], cells[burstAt])
		}
	}
	text := strings.ToLower(prose)
	switch {
	case unread != "":
	case rateAt >= 0 && burstAt >= 0:
		unread = "the table has no row of numbers"
	case strings.Contains(text, "usage plan"), strings.Contains(text, "burst"):
		unread = "the prose speaks of it and has no table with Rate and Burst"
	}
	return "", "", unread
}

// tableCells splits a row of a Markdown table, whatever it is decorated with.
func tableCells(line string) []string {
	line = strings.Trim(spaces.Replace(line), "> \t\r\n")
	line = strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|")
	cells := strings.Split(line, "|")
	for i, cell := range cells {
		cells[i] = strings.Trim(cell, "*_` \t")
	}
	return cells
}

func column(cells []string, title string) int {
	return slices.IndexFunc(cells, func(cell string) bool {
		return len(cells) > 1 && strings.HasPrefix(strings.ToLower(cell), title)
	})
}

// positive writes a decimal number above zero in its canonical form, and
// anything else as "".
func positive(text string) string {
	if r, ok := new(big.Rat).SetString(text); !ok || r.Sign() <= 0 || !decimal.MatchString(text) {
		return ""
	}
	return number(text)
}
