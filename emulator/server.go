package emulator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// server is the listening half of an emulator.
type server struct {
	http http.Server

	mu          sync.Mutex
	idle        sync.Cond // signalled when a connection closes
	connections int
	address     string
	background  sync.WaitGroup
}

func (s *server) init(e *Emulator) {
	s.idle.L = &s.mu
	s.http = http.Server{
		Handler:           e,
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(e.logger.Handler(), slog.LevelDebug),
		ConnState:         s.count,
	}
}

func (s *server) count(_ net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew:
		s.connections++
	case http.StateClosed, http.StateHijacked:
		s.connections--
		s.idle.Broadcast()
	}
}

// Listen serves on address, such as 127.0.0.1:0, until [Emulator.Close]. It
// returns once the port is open; [Emulator.URL] tells which one.
func (e *Emulator) Listen(address string) error {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return fmt.Errorf("emulator: %w", err)
	}
	e.server.setAddress(l)
	e.server.background.Go(func() {
		if err := e.Serve(l); err != nil {
			e.fail("listen", err)
		}
	})
	return nil
}

// Serve serves on l until [Emulator.Close], after which it returns nil.
func (e *Emulator) Serve(l net.Listener) error {
	e.server.setAddress(l)
	if err := e.server.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("emulator: %w", err)
	}
	return nil
}

func (s *server) setAddress(l net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.address != "" {
		return
	}
	s.address = l.Addr().String()
	if tcp, ok := l.Addr().(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		s.address = net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
	}
}

// Close stops listening, drops every connection, waits until nothing runs any
// more, and closes the state file.
func (e *Emulator) Close() error {
	s := &e.server
	e.closeOnce.Do(func() { close(e.closing) })
	err := s.http.Close()
	s.background.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.connections > 0 {
		s.idle.Wait()
	}
	return errors.Join(err, e.journal.close())
}

// Addr is the host and port that clients on this machine reach the emulator
// at, or "" before it listens.
func (e *Emulator) Addr() string {
	e.server.mu.Lock()
	defer e.server.mu.Unlock()
	return e.server.address
}

// URL is the address of the API, without a trailing slash. Before the emulator
// listens it is an address for use with [Emulator.Transport].
func (e *Emulator) URL() string {
	if address := e.Addr(); address != "" {
		return "http://" + address
	}
	return "http://127.0.0.1"
}

// TokenURL is the address of the token server.
func (e *Emulator) TokenURL() string { return e.URL() + tokenPath }
