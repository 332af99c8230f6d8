package emulator

import (
	"errors"
	"strings"
	"time"

	"github.com/spservices/services-go/internal/iso8601"
)

var errSeedTime = errors.New("not a time such as 2026-03-02T20:00:00Z, now, now-2d or now/d+1d16h")

var seedUnits = map[byte]time.Duration{'d': day, 'h': time.Hour, 'm': time.Minute, 's': time.Second}

// maxSeedDistance bounds each part of a relative time.
const maxSeedDistance = 100 * 365 * day

// seedTime reads a time of a seed: ISO 8601, or relative to now. A relative
// time may be cut down to a whole unit first (now/d is midnight, UTC) and then
// goes forth and back by days, hours, minutes and seconds: now/d+1d16h-30m.
func seedTime(text string, now time.Time) (time.Time, error) {
	rest, relative := strings.CutPrefix(text, "now")
	if !relative {
		t, err := iso8601.Parse(text)
		if err != nil || !representable(t) {
			return t, errSeedTime
		}
		return t, nil
	}
	t := now.UTC()
	if after, ok := strings.CutPrefix(rest, "/"); ok {
		if after == "" || seedUnits[after[0]] == 0 {
			return t, errSeedTime
		}
		t, rest = t.Truncate(seedUnits[after[0]]), after[1:]
	}
	for rest != "" {
		back := rest[0] == '-'
		if !back && rest[0] != '+' {
			return t, errSeedTime
		}
		var distance time.Duration
		var ok bool
		if distance, rest, ok = seedDistance(rest[1:]); !ok {
			return t, errSeedTime
		}
		if back {
			distance = -distance
		}
		if t = t.Add(distance); !representable(t) {
			return t, errSeedTime
		}
	}
	return t, nil
}

// seedDistance reads what follows a sign: numbers with units.
func seedDistance(text string) (distance time.Duration, rest string, ok bool) {
	for text != "" && text[0] != '+' && text[0] != '-' {
		var number int64
		digits := 0
		for digits < len(text) && '0' <= text[digits] && text[digits] <= '9' && digits < 7 {
			number = number*10 + int64(text[digits]-'0')
			digits++
		}
		if digits == 0 || digits == len(text) {
			return 0, "", false
		}
		unit := int64(seedUnits[text[digits]])
		if unit == 0 || number > int64(maxSeedDistance)/unit {
			return 0, "", false
		}
		if distance += time.Duration(number * unit); distance > maxSeedDistance {
			return 0, "", false
		}
		text, ok = text[digits+1:], true
	}
	return distance, text, ok
}
