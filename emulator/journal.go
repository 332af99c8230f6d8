package emulator

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/spservices/services-go/internal/wire"
)

// journalVersion is the version of the format: a line for each record, with
// the checksum of what follows it in hexadecimal, a space, and JSON.
const journalVersion = 1

// journal is a file that every write is appended to before it is answered, in
// one call, so that the state outlives the process however it ends. The system
// may lose the latest records when the machine fails: the file is synced when
// it is compacted and when it is closed.
type journal struct {
	mu   sync.Mutex
	file *os.File
	err  error // of the first record that could not be written
}

// journalRecord is a whole state or a change of it. The first record of a file
// has the version.
type journalRecord struct {
	Version  int     `json:"journal,omitzero"`
	Snapshot *Seed   `json:"snapshot,omitzero"`
	Change   *change `json:"change,omitzero"`
}

// openJournal takes the state from a file that is there, and begins it anew
// with that state alone. A damaged end is left out and kept in another file.
func (e *Emulator) openJournal(path string) error {
	text, err := os.ReadFile(path) //nolint:gosec // the file that the caller names
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	restored, intact, err := replay(text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if restored == nil && !beginsJournal(text) {
		return fmt.Errorf("%s: not a state file, which is left as it is", path)
	}
	if intact < len(text) {
		kept, err := keepDamaged(path+".damaged", text)
		if err != nil {
			return err
		}
		e.logger.Warn("the end of the state file is damaged and left out", "file", path, "bytes", len(text)-intact, "copy", kept)
	}
	if restored != nil {
		e.state.Store(restored)
	}
	e.journal, err = createJournal(path, e.state.Load().seed())
	return err
}

// keepDamaged writes text to a file that was not there before.
func keepDamaged(name string, text []byte) (path string, err error) {
	path = name
	for n := 2; ; n++ {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // beside the file that the caller names
		if err == nil {
			_, err = f.Write(text)
			return path, errors.Join(err, f.Close())
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		path = fmt.Sprintf("%s.%d", name, n)
	}
}

// journalStart is what the first record of a journal begins with.
const journalStart = `{"journal":`

// beginsJournal reports whether text may be the beginning of a journal, however
// short. A file that is empty has just been made.
func beginsJournal(text []byte) bool {
	for i, char := range text[:min(len(text), checksumDigits+1+len(journalStart))] {
		switch {
		case i < checksumDigits && !strings.ContainsRune("0123456789abcdef", rune(char)),
			i == checksumDigits && char != ' ',
			i > checksumDigits && char != journalStart[i-checksumDigits-1]:
			return false
		}
	}
	return true
}

// replay repeats the records of a journal up to the first one that is damaged,
// which begins at byte intact. The state is nil when there is none.
func replay(text []byte) (s *state, intact int, err error) {
	for intact < len(text) {
		length := bytes.IndexByte(text[intact:], '\n')
		if length < 0 {
			break
		}
		record, ok, err := readRecord(text[intact : intact+length])
		if err != nil {
			return nil, 0, fmt.Errorf("byte %d: %w", intact, err)
		}
		if !ok {
			break
		}
		switch {
		case s == nil && (record.Version != journalVersion || record.Snapshot == nil):
			err = fmt.Errorf("not a journal of version %d", journalVersion)
		case record.Snapshot != nil:
			s, err = load(record.Snapshot)
		case record.Change != nil:
			err = s.apply(record.Change)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("byte %d: %w", intact, err)
		}
		intact += length + 1
	}
	return s, intact, nil
}

const checksumDigits = 8

// readRecord reads a line; ok is false when it is damaged.
func readRecord(line []byte) (record *journalRecord, ok bool, err error) {
	if len(line) <= checksumDigits || line[checksumDigits] != ' ' {
		return nil, false, nil
	}
	sum, err := strconv.ParseUint(string(line[:checksumDigits]), 16, 32)
	text := line[checksumDigits+1:]
	if err != nil || uint32(sum) != crc32.ChecksumIEEE(text) {
		return nil, false, nil //nolint:nilerr // damage is no error
	}
	record = &journalRecord{}
	return record, true, wire.Unmarshal(text, record)
}

// createJournal puts a journal with one state in the place of path, at once.
func createJournal(path string, seed *Seed) (*journal, error) {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // the file that the caller names
	if err != nil {
		return nil, err
	}
	j := &journal{file: f}
	err = j.append(&journalRecord{Version: journalVersion, Snapshot: seed})
	if err = errors.Join(err, f.Sync()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if directory, err := os.Open(filepath.Dir(path)); err == nil {
		_ = directory.Sync() // not every system can
		_ = directory.Close()
	}
	return j, nil
}

// append writes a record. Once that has failed it always fails: a file with a
// gap would tell of a state that never was.
func (j *journal) append(record *journalRecord) error {
	if j == nil {
		return nil
	}
	text, err := wire.Marshal(record)
	if err != nil {
		return fmt.Errorf("emulator: state file: %w", err)
	}
	line := fmt.Appendf(make([]byte, 0, len(text)+checksumDigits+2), "%08x %s\n", crc32.ChecksumIEEE(text), text)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		_, j.err = j.file.Write(line)
	}
	if j.err != nil {
		return fmt.Errorf("emulator: state file: %w", j.err)
	}
	return nil
}

func (j *journal) close() error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if errors.Is(j.err, fs.ErrClosed) {
		return nil
	}
	err := errors.Join(j.file.Sync(), j.file.Close())
	j.err = fs.ErrClosed
	return err
}
