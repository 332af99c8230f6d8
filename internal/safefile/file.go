package safefile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrInPlace is the error of [File.Replace] for a file that has to be changed
// where it is, such as one that is mounted, has another name too, or stands in
// a directory that cannot be written to.
var ErrInPlace = errors.New("the file cannot be replaced")

// errInUse is what lock returns when another file descriptor has the lock.
var errInUse = errors.New("locked")

// File is a regular file that nobody else has open by this package, in this
// process or another. The lock ends with the process.
type File struct {
	*os.File
	Path string // without links
	made bool   // by Open
}

// Open opens and locks a file for reading and writing. It makes it with mode 0600 if
// it is not there.
func Open(path string) (*File, error) {
	for range maxLinks { // until what is locked is what path still leads to
		resolved, before, err := Resolve(path)
		if err != nil {
			return nil, err
		}
		f, err := os.OpenFile(resolved, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the file that the caller names
		if err != nil {
			return nil, err
		}
		opened, err := f.Stat()
		if err == nil {
			err = checkRegular(path, opened)
		}
		if err == nil {
			err = lock(f)
		}
		if errors.Is(err, errInUse) {
			err = fmt.Errorf("%s is in use by another process, or by this one: stop that first, or name another file", path)
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if _, now, err := Resolve(path); err == nil && now != nil && os.SameFile(now, opened) {
			return &File{File: f, Path: resolved, made: before == nil}, nil
		}
		_ = f.Close() // it was replaced or removed meanwhile
	}
	return nil, fmt.Errorf("%s is replaced all the time", path)
}

// Replace puts text in the place of the file, at once: a reader sees what was
// there before or all of text. Mode and owner stay. The error is ErrInPlace when
// nothing was changed and the file has to be written to instead.
func (f *File) Replace(text []byte) (err error) {
	before, err := f.Stat()
	if err != nil {
		return err
	}
	if hasOtherNames(before) {
		return ErrInPlace
	}
	next, err := os.CreateTemp(filepath.Dir(f.Path), "."+filepath.Base(f.Path)+".*")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInPlace, err)
	}
	defer func() {
		if err != nil {
			_ = next.Close()
			_ = os.Remove(next.Name())
		}
	}()
	_, err = next.Write(text)
	if err = errors.Join(err, next.Sync()); err != nil {
		return err
	}
	err = errors.Join(own(next, before), next.Chmod(before.Mode().Perm()), lock(next))
	if err == nil {
		err = os.Rename(next.Name(), f.Path)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInPlace, err)
	}
	if directory, err := os.Open(filepath.Dir(f.Path)); err == nil {
		_ = directory.Sync() // not every system can
		_ = directory.Close()
	}
	_ = f.Close() // it has no name any more
	f.File = next
	return nil
}

// Discard closes a file, and removes it if Open has made it and it is empty.
func (f *File) Discard() error {
	if info, err := f.Stat(); err == nil && f.made && info.Size() == 0 {
		_ = os.Remove(f.Path) // before the lock is gone
	}
	return f.Close()
}

// Close ends the lock. A process that is being started has the file open too for
// a moment, which would keep it locked.
func (f *File) Close() error {
	unlock(f.File)
	return f.File.Close()
}
