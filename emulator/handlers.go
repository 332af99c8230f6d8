package emulator

import (
	"fmt"
	"net/http"
	"sync"
)

// handlers answer operations in place of the emulator.
type handlers struct {
	mu     sync.RWMutex
	byName map[string]http.Handler
}

func (h *handlers) find(name string) http.Handler {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.byName[name]
}

// Handle lets handler answer an operation, [TokenServer] or [DocumentStore] by
// hand: no token is asked for and no rule is applied, but faults are. Path
// parameters come from [http.Request.PathValue]. A nil handler gives the
// operation back to the emulator. A test that used [Start] fails when Handle
// returns an error.
func (e *Emulator) Handle(operation string, handler http.Handler) error {
	e.test.Helper()
	if !knownTarget(operation) {
		return e.mistake(fmt.Errorf("emulator: handle: unknown operation %q", operation))
	}
	e.handlers.mu.Lock()
	defer e.handlers.mu.Unlock()
	if handler == nil {
		delete(e.handlers.byName, operation)
	} else {
		e.handlers.byName[operation] = handler
	}
	return nil
}
