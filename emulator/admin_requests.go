package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spservices/services-go/internal/wire"
)

// requestState is a request as the admin API shows it: without body and
// credentials.
type requestState struct {
	Time      time.Time  `json:"time"`
	Operation string     `json:"operation,omitzero"`
	SellerID  string     `json:"sellerId,omitzero"`
	Method    string     `json:"method"`
	Path      string     `json:"path"`
	Query     url.Values `json:"query,omitzero"`
	UserAgent string     `json:"userAgent,omitzero"`
	Status    int        `json:"status"`
	RequestID string     `json:"requestId"`
	Fault     string     `json:"fault,omitzero"`
	Elapsed   duration   `json:"elapsed"`
}

func (r *Request) state() requestState {
	query, _ := url.ParseQuery(validText(r.rawQuery)) // what cannot be parsed is left out
	for _, values := range query {
		for i := range values {
			values[i] = validText(values[i])
		}
	}
	return requestState{
		Time: r.Time, Operation: r.Operation, SellerID: r.SellerID, Method: r.Method, Path: validText(r.Path), Query: query,
		UserAgent: validText(r.Header.Get("User-Agent")), Status: r.Status, RequestID: r.RequestID, Fault: r.Fault, Elapsed: duration(r.Elapsed),
	}
}

// validText makes what a client sent fit for JSON.
func validText(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// adminRequests answers the requests that are remembered, oldest first.
func adminRequests(e *Emulator, r *http.Request) (any, error) {
	wanted := wantedRequests(r)
	remembered, _ := e.requests.since(0)
	shown := []requestState{}
	for i := range remembered {
		if wanted(remembered[i]) {
			shown = append(shown, remembered[i].state())
		}
	}
	return map[string][]requestState{"requests": shown}, nil
}

// wantedRequests is the filter that the query of an admin request names.
func wantedRequests(r *http.Request) func(Request) bool {
	if operation := r.URL.Query().Get("operation"); operation != "" {
		return To(operation)
	}
	return func(Request) bool { return true }
}

// streamRequests sends each request from now on as a server-sent event, until
// the client goes or the emulator is closed.
func (e *Emulator) streamRequests(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	news, stop := e.requests.watch()
	defer stop()
	wanted := wantedRequests(r)
	_, next := e.requests.since(0)
	w.Header().Set("Content-Type", "text/event-stream")
	if err := control.Flush(); err != nil {
		writeAdmin(w, nil, &adminError{http.StatusNotAcceptable, "events need a connection"})
		return
	}
	for {
		select {
		case <-news:
		case <-r.Context().Done():
			return
		case <-e.closing:
			return
		}
		var found []Request
		found, next = e.requests.since(next)
		for i := range found {
			if !wanted(found[i]) {
				continue
			}
			text, err := wire.Marshal(found[i].state())
			if err != nil {
				e.fail("requests", err)
				return
			}
			if _, err := fmt.Fprintf(w, "event: request\ndata: %s\n\n", text); err != nil {
				return
			}
		}
		if control.Flush() != nil {
			return
		}
	}
}
