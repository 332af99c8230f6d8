package emulator_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spservices/services-go/emulator"
)

// FuzzSeedFile has any text for a seed. It is refused in one line that begins
// with the name of the file, or it loads; what loads can be written down, and
// loading that again comes to the same.
func FuzzSeedFile(f *testing.F) {
	f.Add([]byte(seedInJSON))
	for _, text := range []string{
		``, `null`, `[]`, `{"version":1}`, `{"version":1,"sellers":[]}`, `{"version":1,"sellers":[{}]}`, `{"version":1,"sellers":[null],"more":1}`,
		`{"version":1e400,"sellers":[{"sellerId":"\ud800"}]}`, `{"\n"`, "{\"version\":1,\n\n\"sellers\":[{\"jobs\":[{\"createTime\":\"now+\"}]}]}",
	} {
		f.Add([]byte(text))
	}
	for was, is := range map[string]string{
		`"now-2d"`:                    `"now-106751d"`,
		`"now/d+1d"`:                  `"now/d+9999999999999999999d"`,
		`"2026-01-01T00:00:00+05:30"`: `"9999-12-31T23:59:59-12:00"`,
		`"capacity": 2`:               `"capacity": 9223372036854775807`,
		`"slotMinutes": 60`:           `"slotMinutes": 5`,
		`"serviceJobId": "b"`:         `"serviceJobId": "a"`,
		`"length": 4, "sha256"`:       `"length": -4, "md5": "` + "\xff" + `", "sha256"`,
		`"endTime": "now/h+49h"}`:     `"endTime": "now/h+49h", "recurrence": {"endTime": "9999-01-01T00:00:00-23:59", "daysOfWeek": ["MONDAY"]}}`,
	} {
		f.Add([]byte(strings.Replace(seedInJSON, was, is, 1)))
	}
	examples, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range examples {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		emu, err := emulator.New(emulator.WithClock(emulator.FixedClock(noon)), emulator.WithSeed(emulator.JSONSeed("seed.json", text)))
		if err != nil {
			if told := err.Error(); !strings.Contains(told, "seed.json:") || strings.Contains(told, "\n") {
				t.Errorf("%q is refused with %q", text, told)
			}
			return
		}
		written := snapshot(t, emu)
		again, err := emulator.New(emulator.WithClock(emulator.FixedClock(noon)), emulator.WithSeed(emulator.JSONSeed("snapshot.json", written)))
		if err != nil {
			t.Fatalf("%q loads, and what is written of it does not: %v\n%s", text, err, written)
		}
		if got := snapshot(t, again); !bytes.Equal(got, written) {
			t.Errorf("%q is written as %s, and then as %s", text, written, got)
		}
	})
}

func snapshot(t *testing.T, emu *emulator.Emulator) []byte {
	t.Helper()
	text, err := emu.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
