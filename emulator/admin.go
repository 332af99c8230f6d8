package emulator

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/spservices/services-go/internal/wire"
)

const (
	adminPath    = "/_emulator/"
	maxAdminBody = 1 << 20
)

// adminHandler answers a request of the admin API with a value to encode, nil
// for nothing, or JSON that is ready.
type adminHandler func(e *Emulator, r *http.Request) (any, error)

var adminHandlers = map[string]adminHandler{
	"GET health":    adminHealth,
	"GET state":     adminState,
	"GET requests":  adminRequests,
	"POST seed":     adminSeed,
	"POST reset":    adminReset,
	"POST snapshot": adminSnapshot,
	"POST restore":  adminRestore,
	"GET clock":     adminClock,
	"POST clock":    adminSetClock,
	"GET faults":    adminFaults,
	"POST faults":   adminSetFaults,
	"DELETE faults": adminClearFaults,
	"GET throttle":  adminThrottle,
	"POST throttle": adminSetThrottle,
	"POST tokens":   adminTokens,
}

// adminError is a failure of the admin API; any other error is a 400.
type adminError struct {
	status  int
	message string
}

func (e *adminError) Error() string { return e.message }

var errAdminPath = &adminError{http.StatusNotFound, "the path does not name a part of the admin API"}

// serveAdmin is the admin API. It is neither remembered nor disturbed.
func (e *Emulator) serveAdmin(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, adminPath)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if err := e.admin.check(r); err != nil {
		if errors.Is(err, errAdminToken) {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		writeAdmin(w, nil, err)
		return
	}
	handler := adminHandlers[r.Method+" "+name]
	switch {
	case handler == nil:
		writeAdmin(w, nil, unknownAdmin(w, name))
		return
	case name == "requests" && strings.Contains(r.Header.Get("Accept"), "text/event-stream"):
		e.streamRequests(w, r)
		return
	}
	body, err := handler(e, r)
	writeAdmin(w, body, err)
}

func unknownAdmin(w http.ResponseWriter, name string) error {
	for known := range adminHandlers {
		if method, of, _ := strings.Cut(known, " "); of == name {
			w.Header().Add("Allow", method)
		}
	}
	if w.Header().Get("Allow") != "" {
		return &adminError{http.StatusMethodNotAllowed, "the path does not take this method"}
	}
	return errAdminPath
}

func writeAdmin(w http.ResponseWriter, body any, err error) {
	status := http.StatusOK
	var known *adminError
	switch {
	case errors.As(err, &known):
		status, body = known.status, map[string]string{"error": known.message}
	case err != nil:
		status, body = http.StatusBadRequest, map[string]string{"error": strings.ToValidUTF8(err.Error(), "\uFFFD")}
	case body == nil:
		w.WriteHeader(http.StatusNoContent)
		return
	}
	text, ready := body.(encoded)
	if !ready {
		if text, err = wire.Marshal(body); err != nil {
			status, text = http.StatusInternalServerError, encoded(`{"error":"the answer cannot be encoded"}`)
		}
	}
	writeJSON(w, status, text)
}

// decodeAdmin reads a small body; members that are unknown are refused. A body
// that is empty has no members.
func decodeAdmin(r *http.Request, v any) error {
	text, err := readAdmin(r, maxAdminBody)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, v, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	return nil
}

func readAdmin(r *http.Request, limit int64) ([]byte, error) {
	text, err := readBody(r, limit)
	switch {
	case errors.Is(err, errBodyTooLarge):
		return nil, &adminError{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than %d bytes", limit)}
	case err != nil:
		return nil, errors.New("the body breaks off")
	}
	return text, nil
}
