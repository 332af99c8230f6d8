package emulator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxSeedBytes bounds a seed in JSON.
const maxSeedBytes = 256 << 20

// JSONSeed begins with a seed in JSON. Members that are unknown are refused.
// Times may be relative to the clock: now+48h, now-2d, or now/d+1d16h, which is
// 16:00 UTC tomorrow. Errors have the form name:line: path: reason.
func JSONSeed(name string, text []byte) Source {
	return func(now time.Time) (*Seed, error) { return parseSeed(name, text, now) }
}

// FileSeed begins with a seed in a JSON file, at most 256 MiB long, which is
// read again at each [Emulator.Reset]. See [JSONSeed].
func FileSeed(path string) Source {
	return func(now time.Time) (*Seed, error) {
		f, err := os.Open(path) //nolint:gosec // the file that the caller names
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // of a file that was read
		text, err := io.ReadAll(io.LimitReader(f, maxSeedBytes+1))
		switch {
		case err != nil:
			return nil, err
		case len(text) > maxSeedBytes:
			return nil, fmt.Errorf("%s is larger than 256 MiB", path)
		}
		return parseSeed(path, text, now)
	}
}

// seedText is where a seed was read from.
type seedText struct {
	name string
	text []byte
}

// seedProblem is what is wrong with a part of a seed.
type seedProblem struct {
	path   string // such as sellers[0].jobs[5]
	reason string
}

func (p *seedProblem) Error() string { return p.path + ": " + p.reason }

func problemAt(path, format string, arguments ...any) error {
	return &seedProblem{path, fmt.Sprintf(format, arguments...)}
}

func parseSeed(name string, text []byte, now time.Time) (*Seed, error) {
	from := &seedText{name, text}
	seed := &Seed{}
	times := json.WithUnmarshalers(json.UnmarshalFromFunc(func(d *jsontext.Decoder, t *time.Time) error {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		if token.Kind() != '"' {
			return errSeedTime
		}
		*t, err = seedTime(token.String(), now)
		return err
	}))
	if err := json.Unmarshal(text, seed, times, json.RejectUnknownMembers(true)); err != nil {
		return nil, from.explain(err)
	}
	seed.text = from // only now: null would have taken it away
	return seed, nil
}

// explain says what is wrong with a seed, and where.
func (s *seedText) explain(err error) error {
	var (
		problem   *seedProblem
		semantic  *json.SemanticError
		syntactic *jsontext.SyntacticError
	)
	switch {
	case s == nil:
		return err
	case errors.As(err, &problem):
		return s.at(s.offset(pathPointer(problem.path)), problem.path, problem.reason)
	case errors.As(err, &semantic):
		reason := "has the wrong type or form"
		switch {
		case errors.Is(err, json.ErrUnknownName):
			reason = "is not known here"
		case semantic.Err != nil:
			reason = semantic.Err.Error()
		}
		return s.at(s.offset(semantic.JSONPointer), pointerPath(string(semantic.JSONPointer)), reason)
	case errors.As(err, &syntactic):
		return s.at(syntactic.ByteOffset, pointerPath(string(syntactic.JSONPointer)), syntactic.Err.Error())
	}
	return s.at(int64(len(s.text)), "seed", err.Error())
}

func (s *seedText) at(offset int64, path, reason string) error {
	line := 1 + bytes.Count(s.text[:min(int(offset), len(s.text))], []byte("\n"))
	path = strings.Map(func(r rune) rune { // one line, whatever names a seed has
		if r < ' ' {
			return '\uFFFD'
		}
		return r
	}, path)
	return fmt.Errorf("%s:%d: %s: %s", s.name, line, path, reason)
}

// offset finds the value that a pointer names, or what it is missing in.
func (s *seedText) offset(pointer jsontext.Pointer) int64 {
	d := jsontext.NewDecoder(bytes.NewReader(s.text), jsontext.AllowDuplicateNames(true))
	for {
		switch _, err := d.ReadToken(); {
		case err == nil && d.StackPointer() == pointer:
			return d.InputOffset()
		case err != nil && pointer != "":
			return s.offset(pointer.Parent())
		case err != nil:
			return d.InputOffset()
		}
	}
}

// pathPointer turns sellers[0].jobs[5] into a JSON pointer.
func pathPointer(path string) jsontext.Pointer {
	return jsontext.Pointer("/" + strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(path))
}
