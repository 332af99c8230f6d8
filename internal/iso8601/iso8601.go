// Package iso8601 reads the times that Amazon sends and writes those it takes.
package iso8601

import (
	"errors"
	"time"
)

var errTime = errors.New("not an ISO 8601 time such as 2006-01-02T15:04:05Z")

// Parse reads the ISO 8601 forms that Amazon documents and sends: seconds
// and fraction optional, minutes and seconds of one or two digits, zone Z,
// ±hh, ±hhmm, ±hh:mm or none (UTC), or a date alone (midnight UTC). The result
// keeps the offset. The error never repeats the text.
func Parse(text string) (time.Time, error) {
	s := scanner{rest: text}
	year := s.number(4, 4, 0, 9999)
	s.expect("-")
	month := s.number(2, 2, 1, 12)
	s.expect("-")
	day := s.number(2, 2, 1, 31)
	var hour, minute, second, nanos int
	zone := time.UTC
	if s.rest != "" {
		s.expect("Tt ")
		hour = s.number(1, 2, 0, 23)
		s.expect(":")
		minute = s.number(1, 2, 0, 59)
		if s.accept(":") {
			second = s.number(1, 2, 0, 59)
			if s.accept(".,") {
				nanos = s.fraction()
			}
		}
		zone = s.zone()
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, zone)
	if s.failed || s.rest != "" || t.Day() != day {
		return time.Time{}, errTime
	}
	return t, nil
}

type scanner struct {
	rest   string
	failed bool
}

func (s *scanner) accept(anyOf string) bool {
	for i := range len(anyOf) {
		if s.rest != "" && s.rest[0] == anyOf[i] {
			s.rest = s.rest[1:]
			return true
		}
	}
	return false
}

func (s *scanner) expect(anyOf string) {
	if !s.accept(anyOf) {
		s.failed = true
	}
}

// number reads at least minDigits and at most maxDigits digits.
func (s *scanner) number(minDigits, maxDigits, low, high int) int {
	value, digits := 0, 0
	for digits < maxDigits && digits < len(s.rest) && isDigit(s.rest[digits]) {
		value = value*10 + int(s.rest[digits]-'0')
		digits++
	}
	s.rest = s.rest[digits:]
	if digits < minDigits || value < low || value > high {
		s.failed = true
	}
	return value
}

func (s *scanner) fraction() (nanos int) {
	digits := 0
	for scale := 100_000_000; digits < len(s.rest) && isDigit(s.rest[digits]); digits++ {
		nanos += int(s.rest[digits]-'0') * scale
		scale /= 10
	}
	if digits == 0 {
		s.failed = true
	}
	s.rest = s.rest[digits:]
	return nanos
}

func (s *scanner) zone() *time.Location {
	if s.rest == "" || s.accept("Zz") {
		return time.UTC
	}
	sign := 1
	if s.accept("-") {
		sign = -1
	} else {
		s.expect("+")
	}
	seconds := s.number(2, 2, 0, 23) * 3600
	if s.rest != "" {
		s.accept(":")
		seconds += s.number(2, 2, 0, 59) * 60
	}
	if seconds == 0 {
		return time.UTC
	}
	return time.FixedZone("", sign*seconds)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// Append writes t as RFC 3339, in the zone it has.
func Append(b []byte, t time.Time) ([]byte, error) {
	if year := t.Year(); year < 0 || year > 9999 {
		return nil, errors.New("year outside 0 to 9999")
	}
	return t.AppendFormat(b, time.RFC3339Nano), nil
}
