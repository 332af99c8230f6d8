package emulator_test

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

// tinySeed keeps the journal short enough to break it everywhere.
func tinySeed(now time.Time) (*emulator.Seed, error) {
	return oneSlot(now.Add(24*time.Hour).Truncate(time.Hour), 2)(now)
}

func startOn(t *testing.T, stateFile string, opts ...emulator.Option) *fixture {
	t.Helper()
	f := start(t, append([]emulator.Option{emulator.WithSeed(tinySeed), emulator.WithStateFile(stateFile)}, opts...)...)
	t.Cleanup(func() {
		if err := f.emu.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// history writes a few times and returns the state after each write, the
// journal, and the length it had each time.
func history(t *testing.T) (states []string, journal []byte, lengths []int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "state")
	f := startOn(t, file)
	note := func() {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		states, journal, lengths = append(states, f.snapshot()), text, append(lengths, len(text))
	}
	note()
	slot := noon.Add(24 * time.Hour)
	id := f.book("job-0", slot)
	note()
	f.call("PUT", jobPath("job-0", "/appointments/", id, "/resources"), `{"resources":[{"resourceId":"resource"}]}`).want(200)
	note()
	var made gen.CreateReservationResponse
	f.call("POST", "/service/v1/reservation?marketplaceIds=X", reservation("resource", slot, slot.Add(time.Hour))).want(200).decode(&made)
	note()
	f.call("DELETE", "/service/v1/reservation/"+made.Payload.Reservation.ReservationID+"?marketplaceIds=X", "").want(204)
	note()
	f.call("PUT", "/service/v1/serviceResources/resource/schedules?marketplaceIds=X",
		`{"schedules":[{"startTime":"2027-06-07T18:00:00-07:00","endTime":"2027-06-07T19:00:00-07:00","capacity":3}]}`).want(200)
	note()
	f.destination([]byte("proof"))
	note()
	f.call("PUT", jobPath("job-1", "/cancellations?cancellationReasonCode=V1"), "").want(200)
	note()
	if err := f.emu.Reset(); err != nil {
		t.Fatal(err)
	}
	note()
	f.call("PUT", jobPath("job-1", "/completions"), "").want(200)
	note()
	return states, journal, lengths
}

func checksummed(text []byte) string { return fmt.Sprintf("%08x %s", crc32.ChecksumIEEE(text), text) }

// reopened is the state that a journal leaves.
func reopened(t *testing.T, file string, journal []byte) string {
	t.Helper()
	if err := os.WriteFile(file, journal, 0o600); err != nil {
		t.Fatal(err)
	}
	emu, err := emulator.New(emulator.WithSeed(tinySeed), emulator.WithStateFile(file), emulator.WithClock(emulator.FixedClock(noon)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := emu.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if err := emu.Close(); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestStateSurvivesAnEndAtAnyByte(t *testing.T) {
	t.Parallel()
	states, journal, lengths := history(t)
	file := filepath.Join(t.TempDir(), "state")
	for length := range len(journal) + 1 {
		whole := 0 // records that are; without any it is the seed
		for whole+1 < len(lengths) && lengths[whole+1] <= length {
			whole++
		}
		got, err := emulator.Replayed(journal[:length])
		if err != nil || got != states[whole] && (got != "" || length >= lengths[0]) {
			t.Fatalf("cut at byte %d of %d: not the state after %d writes: %v", length, len(journal), whole, err)
		}
		if length < 24 || length%211 == 0 || slices.Contains(lengths, length) {
			if got := reopened(t, file, journal[:length]); got != states[whole] {
				t.Fatalf("cut at byte %d of %d and opened: not the state after %d writes", length, len(journal), whole)
			}
		}
	}
}

func TestStateSurvivesADamagedEnd(t *testing.T) {
	t.Parallel()
	states, journal, lengths := history(t)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 500 {
		damaged := slices.Clone(journal)
		at := lengths[0] + random.IntN(len(journal)-lengths[0])
		for j := at; j < len(damaged); j += 1 + random.IntN(40) {
			damaged[j] ^= byte(1 + random.IntN(255))
		}
		whole := 0
		for lengths[whole+1] <= at {
			whole++
		}
		if got, err := emulator.Replayed(damaged); err != nil || got != states[whole] {
			t.Fatalf("damaged from byte %d on: not the state after %d writes: %v", at, whole, err)
		}
		if i%100 != 0 {
			continue
		}
		file := filepath.Join(t.TempDir(), "state")
		if got := reopened(t, file, damaged); got != states[whole] {
			t.Fatalf("damaged from byte %d on and opened: not the state after %d writes", at, whole)
		}
		if kept, err := os.ReadFile(file + ".damaged"); err != nil || !bytes.Equal(kept, damaged) {
			t.Fatalf("the damaged file is not kept: %v", err)
		}
	}
}

func TestDamagedFilesAreAllKept(t *testing.T) {
	t.Parallel()
	_, journal, lengths := history(t)
	file := filepath.Join(t.TempDir(), "state")
	for i, name := range []string{".damaged", ".damaged.2", ".damaged.3"} {
		damaged := journal[:lengths[2]+1+i]
		reopened(t, file, damaged)
		if kept, err := os.ReadFile(file + name); err != nil || !bytes.Equal(kept, damaged) {
			t.Errorf("%s: %d bytes, want %d: %v", name, len(kept), len(damaged), err)
		}
	}
}

func TestStateIsCompacted(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a file that is open cannot be replaced there")
	}
	states, journal, lengths := history(t)
	file := filepath.Join(t.TempDir(), "state")
	reopened(t, file, journal)
	text, err := os.ReadFile(file)
	if err != nil || bytes.Count(text, []byte("\n")) != 1 || len(text) > lengths[0]+400 {
		t.Errorf("the file has %d bytes, was %d: %v", len(text), len(journal), err)
	}
	if got := reopened(t, file, text); got != states[len(states)-1] {
		t.Error("compacting changed the state")
	}
}

func TestStateFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	text := []byte(`{"journal":2,"snapshot":{"version":1}}`)
	if err := os.WriteFile(file, fmt.Appendf(nil, "%s\n", checksummed(text)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := emulator.New(emulator.WithStateFile(file)); err == nil {
		t.Error("a journal of another version was taken")
	}
	for _, notes := range []string{"notes\n", "0123456g", "0123456A", "01234567-", "01234567 {}", "\x00\x00", "01234567 {\"journey\":1", `{"version":1}`} {
		if err := os.WriteFile(file, []byte(notes), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := emulator.New(emulator.WithStateFile(file)); err == nil || !strings.Contains(err.Error(), file+": not a state file") {
			t.Errorf("%q: got %v", notes, err)
		}
		if kept, err := os.ReadFile(file); err != nil || string(kept) != notes {
			t.Errorf("%q was overwritten", notes)
		}
	}
	if _, err := emulator.New(emulator.WithStateFile("")); err == nil {
		t.Error("a file without a name was taken")
	}
	if _, err := emulator.New(emulator.WithStateFile(filepath.Join(file, "below"))); err == nil {
		t.Error("a file below a file was taken")
	}
}

func TestWritesFailWithoutTheStateFile(t *testing.T) {
	t.Parallel()
	f := startOn(t, filepath.Join(t.TempDir(), "state"))
	slot := noon.Add(24 * time.Hour)
	appointment := f.book("job-0", slot)
	f.call("PUT", "/service/v1/serviceResources/resource/schedules?marketplaceIds=X",
		`{"schedules":[{"startTime":"2026-03-03T21:00:00Z","endTime":"2026-03-03T22:00:00Z"}]}`).want(200)
	var made gen.CreateReservationResponse
	reserve := reservation("resource", slot, slot.Add(time.Hour))
	f.call("POST", "/service/v1/reservation?marketplaceIds=X", reserve).want(200).decode(&made)
	reserved := made.Payload.Reservation.ReservationID
	destination, encrypted := f.destination([]byte("proof"))
	if err := f.emu.Close(); err != nil {
		t.Fatal(err)
	}
	capacity := func() string {
		return string(f.call("POST", f.capacity("resource", "range", ""), "{"+everyKind+","+windowOf(slot, slot.Add(2*time.Hour))+"}").want(200).text) +
			string(f.call("GET", jobPath("job-1", "/appointmentSlots?marketplaceIds=X"), "").want(200).text)
	}
	state, free := f.snapshot(), capacity()
	for _, c := range []struct{ method, path, body string }{
		{"PUT", jobPath("job-0", "/completions"), ""},
		{"PUT", jobPath("job-0", "/cancellations?cancellationReasonCode=V1"), ""},
		{"POST", jobPath("job-1", "/appointments"), appointmentAt(slot.Add(time.Hour))},
		{"POST", jobPath("job-0", "/appointments/", appointment), `{"appointmentTime":{"startTime":"2026-03-03T21:00:00Z"},"rescheduleReasonCode":"R1"}`},
		{"PUT", jobPath("job-0", "/appointments/", appointment, "/resources"), `{"resources":[{"resourceId":"resource"}]}`},
		{"PUT", jobPath("job-0", "/appointments/", appointment, "/fulfillment"), `{"appointmentResources":[{"resourceId":"resource"}]}`},
		{"POST", "/service/v1/reservation?marketplaceIds=X", reserve},
		{"PUT", "/service/v1/reservation/" + reserved + "?marketplaceIds=X", reserve},
		{"DELETE", "/service/v1/reservation/" + reserved + "?marketplaceIds=X", ""},
		{"PUT", "/service/v1/serviceResources/resource/schedules?marketplaceIds=X", `{"schedules":[{"startTime":"2027-06-07T18:00:00Z","endTime":"2027-06-07T19:00:00Z"}]}`},
		{"POST", "/service/v1/documents", `{"contentType":"PNG","contentLength":5}`},
	} {
		f.call(c.method, c.path, c.body).want(500, "InternalFailure")
		if got := f.snapshot(); got != state {
			t.Errorf("%s %s failed, and the state is not what it was", c.method, c.path)
		}
		if got := capacity(); got != free {
			t.Errorf("%s %s failed, and the capacity is not what it was", c.method, c.path)
		}
	}
	f.send("PUT", destination.URL, http.Header{"Content-Type": {destination.Headers["Content-Type"]}}, string(encrypted)).want(500, "InternalError")
	if got := f.snapshot(); got != state {
		t.Error("an upload failed, and the state is not what it was")
	}
	if err := f.emu.Reset(); err == nil {
		t.Error("a reset without its file succeeded")
	}
}
