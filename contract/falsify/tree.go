package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// patience is how long a build or a test may take. A broken guard may well
// leave a test waiting for good.
const patience = 2 * time.Minute

// tree is a copy of the repository that mutants are tried in.
type tree struct {
	directory string
	files     *os.Root
	binaries  string
	built     map[string]error // by package, of its tests as they are
}

// copyTree copies what git knows, or would be told of: a test that is not
// committed yet counts.
func copyTree(ctx context.Context) (t *tree, err error) {
	top, err := output(ctx, ".", "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	listed, err := output(ctx, top, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	from, err := os.OpenRoot(top)
	if err != nil {
		return nil, err
	}
	defer func() { _ = from.Close() }() // nothing was written there
	directory, err := os.MkdirTemp("", "falsify-")
	if err != nil {
		return nil, err
	}
	t = &tree{directory: filepath.Join(directory, "tree"), binaries: directory, built: map[string]error{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.remove())
		}
	}()
	if err = os.Mkdir(t.directory, 0o750); err != nil {
		return nil, err
	}
	if t.files, err = os.OpenRoot(t.directory); err != nil {
		return nil, err
	}
	for name := range strings.SplitSeq(strings.Trim(listed, "\x00"), "\x00") {
		if err = t.take(from, name); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// take copies a file. One that is listed and gone has been deleted since the
// last commit.
func (t *tree) take(from *os.Root, name string) error {
	info, err := from.Lstat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	text, err := from.ReadFile(name)
	if err != nil {
		return err
	}
	if err := t.files.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return err
	}
	return t.files.WriteFile(name, text, info.Mode().Perm())
}

func (t *tree) remove() error {
	var err error
	if t.files != nil {
		err = t.files.Close()
	}
	return errors.Join(err, os.RemoveAll(t.binaries))
}

// try runs the mutant's test without it and with it.
func (t *tree) try(ctx context.Context, m mutant) result {
	original, err := t.files.ReadFile(m.file)
	if err != nil {
		return result{m, unusable, err.Error()}
	}
	if n := bytes.Count(original, []byte(m.guard)); n != 1 {
		return result{m, unusable, fmt.Sprintf("its guard stands %d times in the file", n)}
	}
	if err := t.passes(ctx, m); err != nil {
		return result{m, unusable, "without the mutant: " + err.Error()}
	}
	mutated := bytes.Replace(original, []byte(m.guard), []byte(m.broken), 1)
	if err := t.files.WriteFile(m.file, mutated, 0o600); err != nil {
		return result{m, unusable, err.Error()}
	}
	r := t.judge(ctx, m)
	if err := t.files.WriteFile(m.file, original, 0o600); err != nil {
		return result{m, unusable, err.Error()}
	}
	return r
}

// passes reports whether the test passes as long as nothing is broken, and is
// there at all.
func (t *tree) passes(ctx context.Context, m mutant) error {
	binary := filepath.Join(t.binaries, strings.ReplaceAll(m.tests, "/", "-")+".test")
	err, done := t.built[m.tests]
	if !done {
		err = t.build(ctx, m, binary)
		t.built[m.tests] = err
	}
	if err != nil {
		return err
	}
	text, err := t.test(ctx, m, binary)
	if err != nil {
		return fmt.Errorf("%s fails: %s", m.test, firstFailure(text))
	}
	if strings.Contains(text, "no tests to run") {
		return fmt.Errorf("%s matches no test", m.test)
	}
	return nil
}

func (t *tree) judge(ctx context.Context, m mutant) result {
	binary := filepath.Join(t.binaries, "mutant.test")
	if err := t.build(ctx, m, binary); err != nil {
		return result{m, unusable, err.Error()}
	}
	text, err := t.test(ctx, m, binary)
	var failed *exec.ExitError
	switch {
	case err == nil:
		return result{m, survived, "the test passes"}
	case ctx.Err() == nil && errors.As(err, &failed):
		return result{m, killed, firstFailure(text)}
	}
	return result{m, unusable, err.Error()}
}

func (t *tree) build(ctx context.Context, m mutant, binary string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := output(ctx, t.directory, "go", "test", "-c", "-o", binary, "./"+m.tests)
	return err
}

func (t *tree) test(ctx context.Context, m mutant, binary string) (text string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	//nolint:gosec // a binary built above, with a regexp from the table
	command := exec.CommandContext(ctx, binary, "-test.run", m.test, "-test.failfast", "-test.timeout", (patience / 2).String())
	command.Dir = filepath.Join(t.directory, m.tests)
	all, err := command.CombinedOutput()
	return string(all), err
}

// output is what a command prints. Its error is the last that it complains of.
func output(ctx context.Context, directory, name string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, name, args...) //nolint:gosec // git and go
	command.Dir = directory
	var complaint bytes.Buffer
	command.Stderr = &complaint
	text, err := command.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(complaint.String()), "\n")
		return "", fmt.Errorf("%s %s: %w: %s", name, args[0], err, lines[len(lines)-1])
	}
	return strings.TrimSpace(string(text)), nil
}

// firstFailure is the line that names a test which failed.
func firstFailure(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "--- FAIL") || strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") {
			return line
		}
	}
	return "no test is named"
}
