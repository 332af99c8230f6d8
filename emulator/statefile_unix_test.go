//go:build darwin || linux

package emulator_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/spservices/services-go/emulator"
)

func isRoot() bool { return os.Getuid() == 0 }

// TestStateFilesThatAreNoRegularFiles names what must neither be read nor
// replaced. Root makes devices of its own: should the test fail, they are lost.
func TestStateFilesThatAreNoRegularFiles(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	in := func(name string) string { return filepath.Join(directory, name) }
	null, full := "/dev/null", "/dev/full"
	if isRoot() {
		null, full = in("null"), in("full")
		const nullDevice, fullDevice = 1<<8 | 3, 1<<8 | 7 // of Linux
		if err := errors.Join(syscall.Mknod(null, syscall.S_IFCHR|0o666, nullDevice), syscall.Mknod(full, syscall.S_IFCHR|0o666, fullDevice)); err != nil {
			t.Skip(err)
		}
	}
	if runtime.GOOS != "linux" {
		full = null
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", in("s"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	if err := errors.Join(
		syscall.Mkfifo(in("pipe"), 0o600), os.Mkdir(in("directory"), 0o700), os.Symlink(null, in("link")), os.Symlink("link", in("far")),
		os.Symlink("pipe", in("pipelink")), os.Symlink("loop", in("loop")), os.Symlink("nowhere/state", in("lost")),
	); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		null: "a device", full: "a device", in("s"): "a socket", in("pipe"): "a pipe", in("directory"): "a directory", directory + "/directory/": "a directory",
		in("link"): "a device", in("far"): "a device", in("pipelink"): "a pipe", in("loop"): "too many", in("lost"): "no such file",
		in("missing/state"): "no such file", in("missing") + "/": "",
	} {
		before, _ := os.Lstat(name)
		_, err := emulator.New(emulator.WithStateFile(name))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), directory) && !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v, want an error with the file and %q", name, err, want)
		}
		if after, _ := os.Lstat(name); before != nil && (after == nil || after.Mode() != before.Mode() || !os.SameFile(before, after)) {
			t.Errorf("%s is another file now", name)
		}
	}
}

// persists writes to a state file, and wants the state back by the same name.
func persists(t *testing.T, file string) {
	t.Helper()
	f := startOn(t, file)
	for range 3 {
		f.destination([]byte("proof"))
		want := f.snapshot()
		if err := f.emu.Close(); err != nil {
			t.Fatal(err)
		}
		if f = startOn(t, file); f.snapshot() != want {
			t.Fatalf("%s: the state is lost", file)
		}
	}
	if err := f.emu.Close(); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, directory string) (found []string) {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		found = append(found, e.Name())
	}
	return found
}

func TestStateFileBehindLinks(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	in := func(name string) string { return filepath.Join(directory, name) }
	if err := errors.Join(
		os.MkdirAll(in("a/b"), 0o700), os.MkdirAll(in("c"), 0o700), os.Symlink(in("a/b"), in("c/to")),
		os.Symlink("state", in("link")), os.Symlink(in("link"), in("far")), os.Symlink("../c/to/../found", in("a/up")),
	); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"far": "state", "link": "state", "a/up": "a/found"} { // dangling at first
		if err := os.Remove(in(target)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		before, err := os.Readlink(in(link))
		if err != nil {
			t.Fatal(err)
		}
		persists(t, in(link))
		if after, err := os.Readlink(in(link)); err != nil || after != before {
			t.Errorf("%s leads to %q, %v", link, after, err)
		}
		if info, err := os.Lstat(in(target)); err != nil || !info.Mode().IsRegular() || info.Size() == 0 || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: its target is %v, %v", link, info, err)
		}
	}
	if got := names(t, directory); !slices.Equal(got, []string{"a", "c", "far", "link", "state"}) {
		t.Errorf("the directory has %v", got)
	}
}

func TestStateFileKeepsModeAndOwner(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o600, 0o640, 0o664, 0o666} {
		file := filepath.Join(t.TempDir(), "state")
		if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Chmod(file, mode)); err != nil {
			t.Fatal(err)
		}
		owner := os.Getuid()
		if isRoot() {
			owner = 65534
			if err := os.Chown(file, owner, owner); err != nil {
				t.Fatal(err)
			}
		}
		persists(t, file)
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if stat := info.Sys().(*syscall.Stat_t); info.Mode() != mode || int(stat.Uid) != owner {
			t.Errorf("the file has mode %v and owner %d, want %v and %d", info.Mode(), stat.Uid, mode, owner)
		}
	}
}

// TestStateFileWithAnotherName wants both names to go on meaning one file, also
// after the program was killed while it wrote.
func TestStateFileWithAnotherName(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	file, other := filepath.Join(directory, "state"), filepath.Join(directory, "other")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Link(file, other)); err != nil {
		t.Fatal(err)
	}
	persists(t, file)
	persists(t, other)
	one, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := os.Stat(other); err != nil || !os.SameFile(one, two) {
		t.Error("the names have been parted")
	}
	if got := names(t, directory); !slices.Equal(got, []string{"other", "state"}) {
		t.Errorf("the directory has %v", got)
	}
	f := startOn(t, other)
	before := f.snapshot()
	f.destination([]byte("proof"))
	if err := f.emu.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || os.Truncate(file, info.Size()-1) != nil {
		t.Fatal(err)
	}
	if f = startOn(t, file); f.snapshot() != before {
		t.Error("the state is not that of the records that are whole")
	}
	if err := f.emu.Close(); err != nil {
		t.Fatal(err)
	}
	persists(t, other)
}

func unmountLater(t *testing.T, directory string) {
	t.Cleanup(func() {
		if out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "umount", directory).CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, out)
		}
	})
}

// TestStateFileThatIsMounted is how a container is given one.
func TestStateFileThatIsMounted(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	outside, inside := filepath.Join(directory, "outside"), filepath.Join(directory, "container", "state")
	if err := errors.Join(os.Mkdir(filepath.Dir(inside), 0o700), os.WriteFile(outside, nil, 0o600), os.WriteFile(inside, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "mount", "--bind", outside, inside).CombinedOutput(); err != nil {
		t.Skipf("%v %s", err, out)
	}
	unmountLater(t, inside)
	persists(t, inside)
	if got := names(t, filepath.Dir(inside)); !slices.Equal(got, []string{"state"}) {
		t.Errorf("the directory has %v", got)
	}
	startOn(t, inside)
	if _, err := emulator.New(emulator.WithStateFile(outside)); err == nil || !strings.Contains(err.Error(), outside+" is in use") {
		t.Errorf("outside the container: %v", err)
	}
}

func TestStateFileInADirectoryThatCannotBeWrittenTo(t *testing.T) {
	t.Parallel()
	if isRoot() {
		t.Skip("root can write to any directory")
	}
	directory := t.TempDir()
	file := filepath.Join(directory, "state")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Chmod(directory, 0o500)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(directory, 0o700) })
	persists(t, file)
	if _, err := emulator.New(emulator.WithStateFile(file + "2")); !errors.Is(err, os.ErrPermission) {
		t.Errorf("got %v", err)
	}
}

// TestFullDisk uses a small file system: a start without room fails and leaves
// nothing, a write without room is a 500, and once there is room it goes on.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", directory).CombinedOutput(); err != nil {
		t.Skipf("%v %s", err, out)
	}
	unmountLater(t, directory)
	file, filler := filepath.Join(directory, "state"), filepath.Join(directory, "filler")
	if _, err := emulator.New(emulator.WithStateFile(file)); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), file) {
		t.Errorf("the default seed without room: %v", err)
	}
	if got := names(t, directory); len(got) != 0 {
		t.Errorf("the directory has %v", got)
	}
	f := startOn(t, file)
	f.destination([]byte("proof"))
	want := f.snapshot()
	if err := os.WriteFile(filler, make([]byte, 64<<10), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	create := func(status int) {
		t.Helper()
		for range 20 { // more than fits into the last page
			if got := f.call("POST", "/service/v1/documents", `{"contentType":"PDF","contentLength":5}`); got.status == status {
				return
			} else if got.status == 200 {
				want = f.snapshot()
			}
		}
		t.Errorf("no write is answered %d", status)
	}
	create(500)
	if f.snapshot() != want {
		t.Error("a write that was answered 500 has changed the state")
	}
	if err := f.emu.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := emulator.New(emulator.WithSeed(tinySeed), emulator.WithStateFile(file)); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a start without room: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if f = startOn(t, file); f.snapshot() != want {
		t.Error("the state is not the one before the disk was full")
	}
	if err := os.WriteFile(filler, make([]byte, 64<<10), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	create(500)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	create(200)
	want = f.snapshot()
	if err := f.emu.Close(); err != nil {
		t.Fatal(err)
	}
	if f = startOn(t, file); f.snapshot() != want {
		t.Error("what was written once there was room again is lost")
	}
	if got := names(t, directory); !slices.Equal(got, []string{"state"}) {
		t.Errorf("the directory has %v", got)
	}
	_ = f.emu.Close() // before the file system goes
}

// TestStateFileChild is the other process of the tests that follow.
func TestStateFileChild(t *testing.T) {
	file, limit := os.Getenv("EMULATOR_TEST_STATE"), uint64(40<<10)
	if file == "" {
		t.Skip("started by other tests alone")
	}
	if os.Getenv("EMULATOR_TEST_LIMIT") != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			t.Fatal(err)
		}
	}
	emu, err := emulator.New(emulator.WithStateFile(file))
	fmt.Println("started:", err)
	if err == nil {
		_, _ = bufio.NewReader(os.Stdin).ReadByte() // until it is killed
		_ = emu.Close()
	}
}

func child(t *testing.T, env ...string) (_ *exec.Cmd, started string) {
	t.Helper()
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestStateFileChild$")
	program.Env = append(os.Environ(), env...)
	if _, err := program.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return program, line
}

// TestLockEndsWithTheProcess kills a process that has a state file.
func TestLockEndsWithTheProcess(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	program, started := child(t, "EMULATOR_TEST_STATE="+file)
	if started != "started: <nil>\n" {
		t.Fatal(started)
	}
	if _, err := emulator.New(emulator.WithStateFile(file)); err == nil || !strings.Contains(err.Error(), file+" is in use by another process") {
		t.Errorf("while another process has the file: %v", err)
	}
	if err := program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = program.Wait()
	f := startOn(t, file)
	second, started := child(t, "EMULATOR_TEST_STATE="+file)
	if !strings.Contains(started, file+" is in use") {
		t.Errorf("the other process says: %s", started)
	}
	_ = second.Wait()
	f.snapshot()
}

// TestFilesThatMayNotGrow is a full disk for those who may not mount one.
func TestFilesThatMayNotGrow(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	program, started := child(t, "EMULATOR_TEST_STATE="+filepath.Join(directory, "state"), "EMULATOR_TEST_LIMIT=yes")
	_ = program.Wait()
	if !strings.Contains(started, "too large") || !strings.Contains(started, directory) {
		t.Errorf("the start says: %s", started)
	}
	if got := names(t, directory); len(got) != 0 {
		t.Errorf("the directory has %v", got)
	}
}
