package callback

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// Guard takes a panic of the caller's code from a goroutine of ours, where it
// would end the program, to a goroutine of the caller's.
type Guard struct {
	panicked any
	stack    []byte // of the panic
	exited   bool   // by runtime.Goexit
}

// Run calls f and keeps its panic. A runtime.Goexit in f still ends the
// goroutine, once its deferred functions have run.
func (g *Guard) Run(f func()) {
	g.exited = true
	defer func() {
		if !g.exited {
			return
		}
		if g.panicked = recover(); g.panicked != nil {
			g.exited, g.stack = false, debug.Stack()
		}
	}()
	f()
	g.exited = false
}

// Surface panics as f did.
func (g *Guard) Surface() {
	if g.panicked != nil {
		panic(g.panicked)
	}
}

// Err says why f did not return, without the value that it panicked with. It is
// nil if f returned.
func (g *Guard) Err() error {
	switch {
	case g.panicked != nil:
		return fmt.Errorf("panicked with a value of type %T", g.panicked)
	case g.exited:
		return errors.New("ended its goroutine by runtime.Goexit")
	}
	return nil
}
