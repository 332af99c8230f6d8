package emulator

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/spservices/services-go/internal/safefile"
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
	file *safefile.File
	size int64 // bytes of whole records
	err  error // of a record that could neither be written nor taken away
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
	f, err := safefile.Open(path)
	if err != nil {
		return err
	}
	if err := e.readJournal(f); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", path, err), f.Discard())
	}
	return nil
}

func (e *Emulator) readJournal(f *safefile.File) error {
	start := make([]byte, checksumDigits+1+len(journalStart))
	n, err := io.ReadFull(f, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if !beginsJournal(start[:n]) { // whatever its size
		return errors.New("not a state file, which is left as it is")
	}
	rest, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	text := append(start[:n], rest...)
	restored, intact, err := replay(text)
	if err != nil {
		return err
	}
	if intact < len(text) {
		kept, err := keepDamaged(f.Path+".damaged", text)
		if err != nil && bytes.IndexByte(text[intact:], '\n') >= 0 { // more than a record that was not finished, nor answered
			return fmt.Errorf("damaged from byte %d on, and no copy can be kept of it: %w", intact, err)
		}
		e.logger.Warn("the end of the state file is damaged and left out", "file", f.Path, "bytes", len(text)-intact, "copy", kept)
	}
	if restored == nil {
		restored, intact = e.state.Load(), 0
	}
	if e.journal, err = newJournal(f, restored.seed(), int64(intact)); err != nil {
		return err
	}
	e.state.Store(restored)
	return nil
}

// keepDamaged writes text to a file that was not there before.
func keepDamaged(name string, text []byte) (path string, err error) {
	path = name
	for n := 2; ; n++ {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // beside the file that the caller names
		if err == nil {
			_, err = f.Write(text)
			if err = errors.Join(err, f.Close()); err != nil {
				return "", errors.Join(err, os.Remove(path))
			}
			return path, nil
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
		case s == nil && record.Snapshot == nil:
			err = errors.New("the first record has no state")
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
	if bytes.HasPrefix(text, []byte(journalStart)) { // before the rest, which another version may write otherwise
		var first struct {
			Version int `json:"journal"`
		}
		if err := wire.Unmarshal(text, &first); err != nil || first.Version != journalVersion {
			return nil, true, fmt.Errorf("the state file has version %d, and this emulator takes version %d: name another file, or use the emulator that wrote this one", first.Version, journalVersion)
		}
	}
	record = &journalRecord{}
	return record, true, wire.UnmarshalKnown(text, record)
}

// newJournal begins a file anew with one state. A file that cannot be replaced is
// continued instead: of it, the first intact bytes have that state, if there
// are any.
func newJournal(f *safefile.File, seed *Seed, intact int64) (*journal, error) {
	j := &journal{file: f, size: intact}
	first := &journalRecord{Version: journalVersion, Snapshot: seed}
	line, err := first.line()
	if err != nil {
		return nil, err
	}
	switch err = f.Replace(line); {
	case err == nil:
		j.size = int64(len(line))
	case errors.Is(err, safefile.ErrInPlace):
		if err = f.Truncate(intact); err == nil && intact == 0 {
			err = j.append(first)
		}
		err = errors.Join(err, f.Sync())
	}
	return j, err
}

// line is a record as it stands in the file.
func (r *journalRecord) line() ([]byte, error) {
	text, err := wire.Marshal(r)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(make([]byte, 0, len(text)+checksumDigits+2), "%08x %s\n", crc32.ChecksumIEEE(text), text), nil
}

// append writes a record. What is left of one that cannot be written is taken
// away again; where that fails too, nothing more is written, as a file with a
// gap would tell of a state that never was.
func (j *journal) append(record *journalRecord) error {
	if j == nil {
		return nil
	}
	line, err := record.line()
	if err != nil {
		return fmt.Errorf("emulator: state file: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return fmt.Errorf("emulator: state file: %w", j.err)
	}
	if _, err := j.file.WriteAt(line, j.size); err != nil {
		if j.file.Truncate(j.size) != nil {
			j.err = err
		}
		return fmt.Errorf("emulator: state file: %w", err)
	}
	j.size += int64(len(line))
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
