package facade_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/spservices/services-go/facade"
)

// These tests are about the transport of the SDK's own. A connection that was
// never obtained proves that nothing was written.

// closedPort is an address that refuses connections.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// mute accepts connections and never says a word, or hangs up at once.
func mute(t *testing.T, hangUp bool) string {
	t.Helper()
	return listen(t, func(_ *wire, conn *net.TCPConn, _ int) {
		if !hangUp {
			_, _ = io.Copy(io.Discard, conn)
		}
	}).address[len("http://"):]
}

func TestConnectionsThatFailAreNoUnknownOutcome(t *testing.T) {
	t.Parallel()
	for name, endpoint := range map[string]string{
		"refused":          "http://127.0.0.1:1",
		"broken handshake": "https://" + mute(t, true),
	} {
		for _, id := range onceOperations {
			_, err := invocationOf(t, id).invoke(t.Context(), clientOf(t, nil, facade.WithEndpoint(endpoint), impatient))
			if failure := apiErrorOf(t, err); failure.Attempts != facade.DefaultAttempts || errors.Is(err, facade.ErrOutcomeUnknown) {
				t.Errorf("%s, %s: %v after %d attempts", name, id, err, failure.Attempts)
			}
		}
	}
}

func TestContextThatEndsInAHandshakeIsNoUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, id := range onceOperations {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := invocationOf(t, id).invoke(ctx, clientOf(t, nil, facade.WithEndpoint("https://"+mute(t, false))))
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, facade.ErrOutcomeUnknown) {
			t.Errorf("%s: %v", id, err)
		}
		cancel()
	}
}

// TestOnceOperationsAreRepeatedAfterARefusedConnection has the address refuse
// connections before it takes one, as a load balancer does while it restarts. It
// is not parallel, so that no other test takes the port in between.
func TestOnceOperationsAreRepeatedAfterARefusedConnection(t *testing.T) {
	for _, id := range onceOperations {
		op, address, executed := invocationOf(t, id), closedPort(t), 0
		var server *http.Server
		opens := hookFunc(func(e facade.Event) {
			if e.Phase != facade.PhaseAttempt || e.Attempt != 3 {
				return
			}
			listener, err := net.Listen("tcp", address)
			if err != nil {
				t.Error(err)
				return
			}
			server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				executed++
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, op.success)
			})}
			go func() { _ = server.Serve(listener) }()
		})
		var info facade.Info
		_, err := op.invoke(t.Context(), clientOf(t, nil, facade.WithEndpoint("http://"+address), impatient, facade.WithHook(opens)), facade.Capture(&info))
		if server == nil || err != nil || info.Attempts != 3 {
			t.Fatalf("%s: %d attempts: %v", id, info.Attempts, err)
		}
		if server.Close(); executed != 1 {
			t.Errorf("%s: carried out %d times", id, executed)
		}
	}
}
