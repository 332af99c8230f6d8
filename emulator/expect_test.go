package emulator_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

// expecting sends the head of a request that waits with its body, and returns
// the first status that comes back: 100, the final one, or 0 when the
// connection ends.
func expecting(t *testing.T, emu *emulator.Emulator, method, target string, header ...string) int {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", emu.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil { // a server that waits for the body fails the test
		t.Fatal(err)
	}
	head := append([]string{method + " " + target + " HTTP/1.1", "Host: " + emu.Addr(), "Expect: 100-continue"}, header...)
	if _, err := io.WriteString(conn, strings.Join(head, "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	var status int
	switch _, err := fmt.Fscanf(bufio.NewReader(conn), "HTTP/1.1 %d", &status); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isReset(err):
		return 0
	case err != nil:
		t.Errorf("%s %s: no answer without the body: %v", method, target, err)
		return -1
	}
	return status
}

// bodiless are the operations that write and have no body.
var bodiless = map[string]bool{"cancelServiceJobByServiceJobId": true, "completeServiceJobByServiceJobId": true, "cancelReservation": true}

func operationTarget(op *gen.Operation) string {
	path := op.Path
	for _, p := range op.Parameters {
		path = strings.Replace(path, "{"+p.Name+"}", "x", 1)
	}
	return path + "?marketplaceIds=ATVPDKIKX0DER"
}

// TestRefusalsDoNotWaitForTheBody sends requests that hold their body back
// until they are told to go on. Whatever is refused without the body is
// refused without waiting for it.
func TestRefusalsDoNotWaitForTheBody(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	f := &fixture{T: t, emu: emu, http: client}
	token := "X-Amz-Access-Token: " + f.signIn(emu.Credentials())
	const (
		asJSON = "Content-Type: application/json"
		asText = "Content-Type: text/plain"
		long   = "Content-Length: 100"
	)
	operations := gen.Operations()
	for i := range operations {
		op := &operations[i]
		if op.Method == http.MethodGet {
			continue
		}
		target := operationTarget(op)
		ask := func(want int, header ...string) {
			t.Helper()
			if got := expecting(t, emu, op.Method, target, header...); got != want {
				t.Errorf("%s %q: got %d, want %d", op.ID, header, got, want)
			}
		}
		unauthorized := http.StatusForbidden
		if strings.Contains(op.Path, "/capacity/") {
			unauthorized = http.StatusUnauthorized
		}
		ask(unauthorized, asJSON, long)
		ask(unauthorized, asJSON, "Transfer-Encoding: chunked")
		ask(http.StatusForbidden, asJSON, long, "X-Amz-Access-Token: Atza|unknown")
		if !bodiless[op.ID] {
			ask(http.StatusUnsupportedMediaType, asText, long, token)
			ask(http.StatusRequestEntityTooLarge, asJSON, "Content-Length: 1048577", token)
			ask(http.StatusContinue, asJSON, long, token)
			ask(http.StatusContinue, asJSON, "Transfer-Encoding: chunked", token)
		}
		if got := expecting(t, emu, http.MethodPatch, target, asJSON, long, token); got != http.StatusMethodNotAllowed {
			t.Errorf("%s: PATCH is answered %d", op.ID, got)
		}
		for want, fault := range map[int]*emulator.Fault{
			http.StatusServiceUnavailable: emulator.On(op.ID).Status(503), http.StatusBadGateway: emulator.On(op.ID).HTML(502),
			http.StatusForbidden: emulator.On(op.ID).ExpiredToken().Latency(1), 0: emulator.On(op.ID).Reset(), http.StatusContinue: emulator.On(op.ID).Hang(),
		} {
			f.fault(fault)
			ask(want, asJSON, long, token)
		}
		if err := errors.Join(emu.Handle(op.ID, http.NotFoundHandler())); err != nil {
			t.Fatal(err)
		}
		ask(http.StatusNotFound, asJSON, long, token)
		if err := errors.Join(emu.Handle(op.ID, nil), emu.Throttle(op.ID, 1e-9, 1)); err != nil {
			t.Fatal(err)
		}
		f.send(op.Method, emu.URL()+target, http.Header{"X-Amz-Access-Token": {f.token}}, "") // the burst
		expecting(t, emu, op.Method, target, asText, long, token)
		ask(http.StatusTooManyRequests, asJSON, long, token)
	}
}

// TestServersBesideTheAPIDoNotWaitForTheBody is the same for tokens, uploads,
// the admin API and unknown paths.
func TestServersBesideTheAPIDoNotWaitForTheBody(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	f := &fixture{T: t, emu: emu, http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	f.token = f.signIn(emu.Credentials())
	destination, body := f.destination([]byte("proof"))
	upload := strings.TrimPrefix(destination.URL, emu.URL())
	f.fault(emulator.On(emulator.TokenServer).Skip(7).Status(500), emulator.On(emulator.DocumentStore).Skip(6).Status(503))
	const (
		asForm = "Content-Type: application/x-www-form-urlencoded"
		asPDF  = "Content-Type: application/pdf"
	)
	length := func(n int) string { return fmt.Sprintf("Content-Length: %d", n) }
	for _, c := range []struct {
		method, target string
		header         []string
		want           int
	}{
		{"POST", "/auth/o2/token", []string{"Content-Type: text/plain", length(100)}, 400},
		{"POST", "/auth/o2/token", []string{length(100)}, 400},
		{"PUT", "/auth/o2/token", []string{asForm, length(100)}, 405},
		{"POST", "/auth/o2/token", []string{asForm, length(64<<10 + 1)}, 400},
		{"POST", "/auth/o2/token", []string{"Content-Type: application/json", length(64<<10 + 1)}, 400},
		{"POST", "/auth/o2/token", []string{asForm, length(100)}, 100},
		{"POST", "/auth/o2/token", []string{asForm, length(100)}, 100},
		{"POST", "/auth/o2/token", []string{asForm, length(100)}, 500},
		{"PUT", "/uploads/unknown", []string{asPDF, length(len(body))}, 403},
		{"PUT", upload, []string{"Content-Type: image/png", length(len(body))}, 403},
		{"PUT", upload, []string{asPDF, length(1 << 30)}, 403},
		{"PUT", upload, []string{asPDF, "Transfer-Encoding: chunked"}, 411},
		{"POST", upload, []string{asPDF, length(len(body))}, 405},
		{"PUT", upload, []string{asPDF, length(len(body))}, 100},
		{"PUT", upload, []string{asPDF, length(len(body))}, 503},
		{"POST", "/nowhere", []string{length(100)}, 404},
		{"POST", "/_emulator/nothing", []string{length(100)}, 404},
		{"POST", "/_emulator/clock", []string{length(1<<20 + 1)}, 413},
		{"POST", "/_emulator/clock", []string{length(100), "Origin: http://example.com"}, 403},
		{"POST", "/_emulator/clock", []string{length(100)}, 100},
	} {
		if got := expecting(t, emu, c.method, c.target, c.header...); got != c.want {
			t.Errorf("%s %s %q: got %d, want %d", c.method, c.target, c.header, got, c.want)
		}
	}
}
