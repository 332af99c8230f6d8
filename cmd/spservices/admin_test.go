package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// lockedBuffer is standard error.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// administer asks for the health by the admin API, and returns the status.
func administer(t *testing.T, endpoint, token string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, endpoint+"/_emulator/health", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "emulator:8484" // as in a network of containers
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

func TestAdminFlags(t *testing.T) {
	t.Setenv(adminTokenVariable, "hunter2")
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("hunter3\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want map[string]int // by token
	}{
		{nil, map[string]int{"": 403, "hunter2": 403}},
		{[]string{"--admin", "loopback"}, map[string]int{"": 403, "hunter2": 403}},
		{[]string{"--admin", "off"}, map[string]int{"": 404, "hunter2": 404}},
		{[]string{"--admin", "token"}, map[string]int{"": 401, "hunter2": 200, "hunter3": 401}},
		{[]string{"--admin", "token", "--admin-token-file", file}, map[string]int{"": 401, "hunter2": 401, "hunter3": 200}},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			stderr := &lockedBuffer{}
			printed := announceTo(t, stderr, c.args...)
			_, rest, _ := strings.Cut(printed, "SP_API_ENDPOINT=")
			endpoint, _, _ := strings.Cut(rest, "\n")
			for token, want := range c.want {
				if got := administer(t, endpoint, token); got != want {
					t.Errorf("the token %q: got %d, want %d", token, got, want)
				}
			}
			var out strings.Builder
			if err := runEmulator(t.Context(), []string{"health", "--addr", strings.TrimPrefix(endpoint, "http://")}, &out, io.Discard); err != nil || out.String() != "ok\n" {
				t.Errorf("its health is %q, %v", out.String(), err)
			}
			if text := printed + stderr.String(); strings.Contains(text, "hunter") {
				t.Errorf("a token is printed:\n%s", text)
			}
		})
	}
}

func TestAdminFlagsThatAreRefused(t *testing.T) {
	t.Setenv(adminTokenVariable, "")
	directory := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(directory, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for want, args := range map[string][]string{
		"--admin takes loopback, token or off": {"--admin", "hunter2"},
		"--admin-token-file goes with":         {"--admin-token-file", write("token", "hunter2")},
		"or set " + adminTokenVariable:         {"--admin", "token"},
		"missing: no such file":                {"--admin", "token", "--admin-token-file", filepath.Join(directory, "missing")},
		"empty is empty":                       {"--admin", "token", "--admin-token-file", write("empty", "\n\n")},
		"large is larger":                      {"--admin", "token", "--admin-token-file", write("large", strings.Repeat("hunter2", 1000))},
		"directory":                            {"--admin", "token", "--admin-token-file", directory},
		"printable ASCII":                      {"--admin", "token", "--admin-token-file", write("lines", "hunter2\nhunter2")},
	} {
		var stderr strings.Builder
		err := runEmulator(t.Context(), args, io.Discard, &stderr)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error()+stderr.String(), "hunter2") {
			t.Errorf("%q: got %v, want an error with %q", args, err, want)
		}
	}
}

func TestHealthFails(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var accepted sync.WaitGroup
	accepted.Go(func() {
		conn, err := silent.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = conn.Read(make([]byte, 1)) // the request has come
		cancel()
		_, _ = io.Copy(io.Discard, conn) // until the client hangs up
	})
	defer accepted.Wait()
	defer func() { _ = silent.Close() }()
	closed, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	usage := usageError{}
	for addr, check := range map[string]func(error) bool{
		other.Listener.Addr().String(): func(err error) bool { return strings.Contains(err.Error(), "is not the emulator: 404") },
		silent.Addr().String():         func(err error) bool { return errors.Is(err, context.Canceled) },
		closed.Addr().String(): func(err error) bool {
			return strings.Contains(err.Error(), "connection refused") || !errors.As(err, &usage)
		},
		"8484":  func(err error) bool { return errors.As(err, &usage) },
		"a b:1": func(err error) bool { return errors.As(err, &usage) },
	} {
		ctx := ctx
		if addr != silent.Addr().String() {
			ctx = t.Context()
		}
		if err := runEmulator(ctx, []string{"health", "--addr", addr}, io.Discard, io.Discard); err == nil || !check(err) {
			t.Errorf("%s: got %v", addr, err)
		}
	}
	if err := runEmulator(t.Context(), []string{"health", "now"}, io.Discard, io.Discard); !errors.As(err, &usage) {
		t.Errorf("got %v", err)
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"0.0.0.0:8484": "127.0.0.1:8484", ":8484": "127.0.0.1:8484", "[::]:8484": "[::1]:8484", "[::1]:1": "[::1]:1", "emulator:8484": "emulator:8484",
	} {
		if got, err := reachable(address); err != nil || got != want {
			t.Errorf("%s: got %s %v, want %s", address, got, err, want)
		}
	}
}
