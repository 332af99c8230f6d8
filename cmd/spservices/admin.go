package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/spservices/services-go/emulator"
)

// adminTokenVariable holds the token of the admin API. No flag does, as every
// process of a machine can read the command lines of the others.
const adminTokenVariable = "SPSERVICES_ADMIN_TOKEN"

// maxTokenFile bounds the file of a token, in bytes.
const maxTokenFile = 4 << 10

// adminOption is nil for the default. Its errors do not repeat a value, which
// may be a token in the wrong place.
func (f *emulatorFlags) adminOption() (emulator.Option, error) {
	if f.adminTokenFile != "" && f.admin != "token" {
		return nil, errors.New("--admin-token-file goes with --admin token")
	}
	switch f.admin {
	case "loopback":
		return nil, nil
	case "off":
		return emulator.WithoutAdmin(), nil
	case "token":
		token, err := f.adminToken()
		if err != nil {
			return nil, err
		}
		return emulator.WithAdminToken(token), nil
	}
	return nil, errors.New("--admin takes loopback, token or off")
}

func (f *emulatorFlags) adminToken() (string, error) {
	if f.adminTokenFile == "" {
		token := os.Getenv(adminTokenVariable)
		if token == "" {
			return "", fmt.Errorf("--admin token needs a token: name its file in --admin-token-file, or set %s", adminTokenVariable)
		}
		return token, nil
	}
	file, err := os.Open(f.adminTokenFile)
	if err != nil {
		return "", fmt.Errorf("--admin-token-file: %w", err)
	}
	defer func() { _ = file.Close() }() // of a file that was read
	text, err := io.ReadAll(io.LimitReader(file, maxTokenFile+1))
	token := strings.TrimSpace(string(text))
	switch {
	case err != nil:
		return "", fmt.Errorf("--admin-token-file: %w", err)
	case len(text) > maxTokenFile:
		return "", fmt.Errorf("--admin-token-file: %s is larger than %d bytes", f.adminTokenFile, maxTokenFile)
	case token == "":
		return "", fmt.Errorf("--admin-token-file: %s is empty", f.adminTokenFile)
	}
	return token, nil
}

// healthTimeout bounds the question whether an emulator answers.
const healthTimeout = 5 * time.Second

// runHealth asks an emulator whether it answers. It needs no access to the admin
// API: a refusal by it is an answer too.
func runHealth(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("emulator health", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8484", "the `HOST:PORT` that the emulator listens on")
	if err := parse(flags, args, stderr); err != nil {
		return err
	}
	address, err := reachable(*addr)
	if err != nil {
		return usageError{fmt.Errorf("emulator health: --addr: %w", err)}
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/_emulator/health", nil)
	if err != nil {
		return usageError{fmt.Errorf("emulator health: --addr: %w", err)}
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request) // by no proxy
	if err != nil {
		return fmt.Errorf("emulator health: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Status string `json:"status"`
		Error  string `json:"error"`
	}
	err = json.UnmarshalRead(io.LimitReader(response.Body, 4<<10), &answer)
	if err != nil || answer.Status != "ok" && !strings.HasPrefix(answer.Error, "the admin API ") {
		return fmt.Errorf("emulator health: what answers at %s is not the emulator: %s", address, response.Status)
	}
	_, err = fmt.Fprintln(stdout, "ok")
	return err
}

// reachable is where to reach what listens on an address, which may be all
// addresses of this machine.
func reachable(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	switch ip, err := netip.ParseAddr(host); {
	case host == "", err == nil && ip == netip.IPv4Unspecified():
		host = "127.0.0.1"
	case err == nil && ip == netip.IPv6Unspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port), nil
}
