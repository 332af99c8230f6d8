// Package safefile opens, locks and replaces files that a user names, and
// leaves alone what is no regular file: devices, pipes, sockets, directories.
package safefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// maxLinks bounds a chain of dangling links.
const maxLinks = 40

// Resolve follows path to the file that it leads to, through links, of which the
// last one may lead to a file that does not exist yet: then info is nil. It
// refuses a file that exists and is not a regular one.
func Resolve(path string) (resolved string, info fs.FileInfo, err error) {
	if info, err = os.Stat(path); err == nil { // before the links are read: those in /proc do not name what they lead to
		if err := checkRegular(path, info); err != nil {
			return "", nil, err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", nil, err
	}
	given, exists := path, info != nil
	for range maxLinks {
		resolved, err = filepath.EvalSymlinks(path)
		if err == nil {
			info, err = os.Lstat(resolved)
		}
		switch {
		case err == nil:
			return resolved, info, checkRegular(given, info)
		case !errors.Is(err, fs.ErrNotExist):
			return "", nil, err
		}
		directory, name := filepath.Split(path) // not Dir, which takes .. back through links
		if directory == "" {
			directory = "."
		}
		if directory, err = filepath.EvalSymlinks(directory); err != nil {
			return "", nil, err
		}
		path = filepath.Join(directory, name)
		target, err := os.Readlink(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if name == "" || exists { // or was removed
				return "", nil, &fs.PathError{Op: "open", Path: given, Err: fs.ErrNotExist}
			}
			return path, nil, nil
		case err != nil:
			return "", nil, err
		case filepath.IsAbs(target):
			path = target
		default:
			path = directory + string(filepath.Separator) + target
		}
	}
	return "", nil, fmt.Errorf("%s leads through more than %d links", given, maxLinks)
}

// checkRegular says what a file is that is not a regular one.
func checkRegular(path string, info fs.FileInfo) error {
	kind := "a special file"
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		kind = "a directory"
	case mode&fs.ModeDevice != 0:
		kind = "a device"
	case mode&fs.ModeNamedPipe != 0:
		kind = "a pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	}
	return fmt.Errorf("%s is %s, not a regular file: name another file", path, kind)
}
