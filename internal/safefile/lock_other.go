//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package safefile

import "os"

// lock does nothing: these systems have no such lock in package syscall.
func lock(*os.File) error { return nil }

func unlock(*os.File) {}
