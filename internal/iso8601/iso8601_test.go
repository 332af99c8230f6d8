package iso8601_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/internal/iso8601"
)

func TestParseAccepts(t *testing.T) {
	t.Parallel()
	hours := func(h, m int) int { return h*3600 + m*60 }
	for _, c := range []struct {
		text   string
		want   time.Time // the instant
		offset int       // seconds east of UTC that the result keeps
	}{
		{"2020-01-01T23:59:00.00-07", utc(2020, 1, 2, 6, 59, 0, 0), -hours(7, 0)},
		{"2024-08-12T00:00Z", utc(2024, 8, 12, 0, 0, 0, 0), 0},
		{"2021-01-01T10:00:00.000+05:30", utc(2021, 1, 1, 4, 30, 0, 0), hours(5, 30)},
		{"2021-01-01T10:00:00+0530", utc(2021, 1, 1, 4, 30, 0, 0), hours(5, 30)},
		{"2021-01-01T10:00:00-03:30", utc(2021, 1, 1, 13, 30, 0, 0), -hours(3, 30)},
		{"2021-01-01T10:00:00+23:59", utc(2020, 12, 31, 10, 1, 0, 0), hours(23, 59)},
		{"2021-01-01T10:00:00+00:00", utc(2021, 1, 1, 10, 0, 0, 0), 0},
		{"2021-01-01T10:00:00-00", utc(2021, 1, 1, 10, 0, 0, 0), 0},
		{"2019-12-11T14:49:53.952Z", utc(2019, 12, 11, 14, 49, 53, 952_000_000), 0},
		{"2019-12-11T14:49:53,952Z", utc(2019, 12, 11, 14, 49, 53, 952_000_000), 0},
		{"2019-12-11T14:49:53.123456789Z", utc(2019, 12, 11, 14, 49, 53, 123_456_789), 0},
		{"2019-12-11T14:49:53.1234567891Z", utc(2019, 12, 11, 14, 49, 53, 123_456_789), 0},
		{"2019-12-11T14:9:5Z", utc(2019, 12, 11, 14, 9, 5, 0), 0},
		{"2019-12-11T14:9Z", utc(2019, 12, 11, 14, 9, 0, 0), 0},
		{"2019-12-11T4:09:05Z", utc(2019, 12, 11, 4, 9, 5, 0), 0},
		{"2019-12-11t14:49:53z", utc(2019, 12, 11, 14, 49, 53, 0), 0},
		{"2019-12-11 14:49:53Z", utc(2019, 12, 11, 14, 49, 53, 0), 0},
		{"2019-12-11T14:49:53", utc(2019, 12, 11, 14, 49, 53, 0), 0},
		{"2019-12-11T14:49", utc(2019, 12, 11, 14, 49, 0, 0), 0},
		{"2019-12-11", utc(2019, 12, 11, 0, 0, 0, 0), 0},
		{"2024-02-29", utc(2024, 2, 29, 0, 0, 0, 0), 0},
		{"0000-01-01T00:00:00Z", utc(0, 1, 1, 0, 0, 0, 0), 0},
		{"9999-12-31T23:59:59.999999999Z", utc(9999, 12, 31, 23, 59, 59, 999_999_999), 0},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			got, err := iso8601.Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if !got.Equal(c.want) {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if _, offset := got.Zone(); offset != c.offset {
				t.Errorf("offset %d s, want %d s", offset, c.offset)
			}
			if c.offset == 0 && got.Location() != time.UTC {
				t.Errorf("location %v, want UTC, so that equal times compare equal", got.Location())
			}
		})
	}
}

func utc(year, month, day, hour, minute, second, nanos int) time.Time {
	return time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "T", "Z", "now", "null", "1577923200", "2020", "2020-01", "2020-1-01", "202-01-01", "1-01-01", "2020-01-1", "20200101T000000Z",
		"2023-02-29", "2024-02-30T00:00Z", "2024-04-31", "2024-00-10", "2024-13-10", "2024-01-00", "2024-01-32",
		"2024-08-12T", "2024-08-12Z", "2024-08-12T10", "2024-08-12T10Z", "2024-08-12T10:", "2024-08-12T:10Z",
		"2024-08-12T24:00Z", "2024-08-12T24:00:00Z", "2024-08-12T23:60Z", "2024-08-12T10:59:60Z", "2024-08-12T023:00Z",
		"2021-01-01T10-00:00.000Z", "2021-01-01T10:00-00.000Z", "2021-01-01T10:00:00.Z", "2021-01-01T10:00.5Z",
		"2024-08-12T00:00+5:30", "2024-08-12T00:00+24:00", "2024-08-12T00:00+05:60", "2024-08-12T00:00+05:",
		"2024-08-12T00:00+05:3", "2024-08-12T00:00+05:300", "2024-08-12T00:00+", "2024-08-12T00:00+05:30:00",
		"2024-08-12T00:00Z ", " 2024-08-12T00:00Z", "2024-08-12T00:00ZZ", "2024-08-12T00:00Z+01:00", "2024-08-12T00:00 GMT",
		"2024-08-12T00:00Z\x00", "2024-08-12T00:00\n", "-2024-08-12T00:00Z", "12024-08-12T00:00Z", "2024–08–12", "２024-08-12",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := iso8601.Parse(text)
			if err == nil {
				t.Fatalf("taken as %s", got)
			}
			if !got.IsZero() {
				t.Errorf("%s beside the error", got)
			}
		})
	}
}

// A time that cannot be read may be anything, a name too.
func TestParseErrorHidesText(t *testing.T) {
	t.Parallel()
	const canary = "Ada-Lovelace"
	for _, text := range []string{canary, "2024-08-12T" + canary, "2024-08-12T00:00Z" + canary, "2024-08-12T00:00+" + canary} {
		if _, err := iso8601.Parse(text); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("error for %q: %v", text, err)
		}
	}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	for want, in := range map[string]time.Time{
		"2024-08-12T00:00:00Z":           utc(2024, 8, 12, 0, 0, 0, 0),
		"2024-08-12T18:00:00-07:00":      time.Date(2024, 8, 12, 18, 0, 0, 0, time.FixedZone("", -7*3600)),
		"2024-08-12T18:00:00.5+05:30":    time.Date(2024, 8, 12, 18, 0, 0, 500_000_000, time.FixedZone("IST", 5*3600+1800)),
		"0000-01-01T00:00:00Z":           utc(0, 1, 1, 0, 0, 0, 0),
		"9999-12-31T23:59:59.000000001Z": utc(9999, 12, 31, 23, 59, 59, 1),
	} {
		got, err := iso8601.Append([]byte("at "), in)
		if err != nil || string(got) != "at "+want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	for _, year := range []int{-1, 10_000} {
		if got, err := iso8601.Append(nil, utc(year, 1, 1, 0, 0, 0, 0)); err == nil {
			t.Errorf("year %d was written as %q, which cannot be read back", year, got)
		}
	}
}

// zone is what RFC 3339 has at the end; time.Parse also takes +24:00 and +00:60.
var zone = regexp.MustCompile(`(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// FuzzParse holds Parse to time.Parse: what RFC 3339 allows is the same
// instant with the same offset, and what Append writes is read back.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"2024-08-12T00:00:00Z", "2024-08-12T00:00:00.123+05:30", "2020-01-01T23:59:00.00-07", "2024-02-30T00:00:00Z",
		"2024-08-12T24:00:00Z", "2024-08-12", "2024-08-12T1:2:3,4", "0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := iso8601.Parse(text)
		if strict, strictErr := time.Parse(time.RFC3339Nano, text); strictErr == nil && zone.MatchString(text) {
			switch {
			case err != nil:
				t.Fatalf("%q is RFC 3339 and refused", text)
			case !got.Equal(strict):
				t.Fatalf("%q is %s, want %s", text, got, strict)
			case offset(got) != offset(strict):
				t.Fatalf("%q has offset %d, want %d", text, offset(got), offset(strict))
			}
		}
		if err != nil {
			return
		}
		written, err := iso8601.Append(nil, got)
		if err != nil {
			t.Fatalf("%q was read but not written: %v", text, err)
		}
		again, err := iso8601.Parse(string(written))
		if err != nil || !again.Equal(got) || offset(again) != offset(got) {
			t.Fatalf("%q was written as %q and read back as %s, %v", text, written, again, err)
		}
		if _, err := time.Parse(time.RFC3339Nano, string(written)); err != nil {
			t.Fatalf("%q was written as %q, which is not RFC 3339", text, written)
		}
	})
}

func offset(t time.Time) int {
	_, seconds := t.Zone()
	return seconds
}
