package emulator_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/spservices/services-go/emulator"
)

func unzipped(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	text, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(text)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestStateFileOfVersionOne opens a file of the first emulator that wrote this
// version, which was killed after 14 writes, and compares the state with the
// snapshot that it answered last.
func TestStateFileOfVersionOne(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	want := string(unzipped(t, "testdata/state-1.json.gz"))
	if got := reopened(t, file, unzipped(t, "testdata/state-1.journal.gz")); got != want {
		t.Errorf("the state is not the one that was written: %s", firstDifference(got, want))
	}
	f := startOn(t, file)
	if got := f.snapshot(); got != want {
		t.Errorf("the state has changed when it was opened again: %s", firstDifference(got, want))
	}
	if job := f.job(pendingJob); len(job.Appointments) != 2 { // by the credentials of the file
		t.Errorf("the job has %d appointments, want 2", len(job.Appointments))
	}
	pending := f.list("createdAfter=2020-01-01T00:00:00Z&serviceJobStatus=PENDING_SCHEDULE").Jobs[0].ServiceJobID
	f.book(pending, f.slots(pending)[0].StartTime)
}

func firstDifference(got, want string) string {
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	part := func(s string) string { return s[max(0, at-40):min(len(s), at+40)] }
	return fmt.Sprintf("byte %d: got …%s…, want …%s…", at, part(got), part(want))
}

// TestStateFilesOfOtherVersionsAreRefused changes the version, or what only
// another version would write.
func TestStateFilesOfOtherVersionsAreRefused(t *testing.T) {
	t.Parallel()
	_, journal, _ := history(t)
	lines := strings.SplitAfter(string(journal), "\n")
	line := func(i int, before, after string) string {
		text := strings.TrimSuffix(lines[i][9:], "\n")
		if !strings.Contains(text, before) {
			t.Fatalf("%s lacks %s", text, before)
		}
		return strings.Join(lines[:i], "") + checksummed([]byte(strings.Replace(text, before, after, 1))) + "\n" + strings.Join(lines[i+1:], "")
	}
	for name, c := range map[string]struct{ text, want string }{
		"version 0":         {line(0, `"journal":1`, `"journal":0`), "version 0"},
		"version 2":         {line(0, `"journal":1`, `"journal":2`), "version 2, and this emulator takes version 1"},
		"version 3 of text": {line(0, `"journal":1,"snapshot":{`, `"journal":3,"snapshot":"","rest":{`), "version 3"},
		"no whole version":  {line(0, `"journal":1`, `"journal":"1.1"`), "version"},
		"a seed's version":  {line(0, `"version":1`, `"version":2`), "version"},
		"another record":    {line(0, `"snapshot":{`, `"extent":{`), "extent"},
		"another member":    {line(0, `"sellerId"`, `"region":"eu","sellerId"`), "region"},
		"another change":    {line(1, `"sequence"`, `"rescheduled":1,"sequence"`), "rescheduled"},
		"another job":       {line(1, `"serviceJobId"`, `"reason":1,"serviceJobId"`), "reason"},
	} {
		file := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := emulator.New(emulator.WithStateFile(file))
		if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with the file and %q", name, err, c.want)
		}
		if kept, err := os.ReadFile(file); err != nil || string(kept) != c.text {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

// TestStateFileIsOneEmulators opens a file twice, by each of its names.
func TestStateFileIsOneEmulators(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	file, link, other := filepath.Join(directory, "state"), filepath.Join(directory, "link"), filepath.Join(directory, "other")
	f := startOn(t, file)
	f.book("job-0", f.slots("job-0")[0].StartTime) // in the file that compacting left
	if err := os.Symlink("state", link); err != nil {
		t.Skip(err)
	}
	if err := os.Link(file, other); err != nil {
		t.Skip(err)
	}
	names := []string{file, link, other, directory + "/./state"}
	for _, name := range names {
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = emulator.New(emulator.WithStateFile(name))
		if err == nil || !strings.Contains(err.Error(), name+" is in use") {
			t.Errorf("%s: got %v", name, err)
		}
		if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
			t.Errorf("%s: who was refused has changed the file: %v", name, err)
		}
	}
	want := f.snapshot()
	if err := f.emu.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		emu, err := emulator.New(emulator.WithStateFile(name))
		if err != nil {
			t.Fatalf("%s after the end of the first: %v", name, err)
		}
		if got, err := emu.Snapshot(); err != nil || string(got) != want {
			t.Errorf("%s: another state, %v", name, err)
		}
		if err := emu.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(directory); err != nil || len(left) != 3 {
		t.Errorf("the directory has %v", left)
	}
}

// TestOneOfManyStartsHasTheStateFile starts emulators at once, on a file that is
// not there yet and on one that is.
func TestOneOfManyStartsHasTheStateFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	for range 20 {
		var (
			mu      sync.Mutex
			started []*emulator.Emulator
			all     sync.WaitGroup
		)
		for range 8 {
			all.Go(func() {
				emu, err := emulator.New(emulator.WithSeed(tinySeed), emulator.WithStateFile(file))
				if err == nil {
					mu.Lock()
					defer mu.Unlock()
					started = append(started, emu)
				} else if !strings.Contains(err.Error(), "is in use") {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(started) != 1 {
			t.Fatalf("%d emulators have the file", len(started))
		}
		if err := started[0].Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestStateFileGoesOnAfterAFailedStart wants no lock and no file left behind.
func TestStateFileGoesOnAfterAFailedStart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(file, []byte("notes"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := emulator.New(emulator.WithStateFile(file)); err == nil {
		t.Fatal("notes were taken for a state")
	}
	if err := os.Truncate(file, 0); err != nil {
		t.Fatal(err)
	}
	startOn(t, file)
}
