package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/spservices/services-go/emulator"
)

// announced is what runEmulator prints, and tells when it is all there.
type announced struct {
	bytes.Buffer
	done chan struct{}
}

func (a *announced) Write(p []byte) (int, error) {
	n, err := a.Buffer.Write(p)
	if bytes.Contains(a.Bytes(), []byte("SP_API_MARKETPLACE=")) {
		close(a.done)
	}
	return n, err
}

// serve runs the emulator for the length of a test and returns its
// environment.
func serve(t *testing.T, args ...string) map[string]string {
	t.Helper()
	environment := map[string]string{}
	for line := range strings.Lines(announce(t, args...)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			environment[name] = value
		}
	}
	return environment
}

// announce runs the emulator for the length of a test and returns what it
// prints.
func announce(t *testing.T, args ...string) string {
	t.Helper()
	return announceTo(t, io.Discard, args...)
}

func announceTo(t *testing.T, stderr io.Writer, args ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out := &announced{done: make(chan struct{})}
	ended := make(chan error, 1)
	go func() { ended <- runEmulator(ctx, append([]string{"--addr", "127.0.0.1:0"}, args...), out, stderr) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the emulator ended with %v", err)
		}
	})
	select {
	case <-out.done:
	case err := <-ended:
		ended <- nil
		t.Fatal(err)
	}
	return out.String()
}

// TestShellReadsTheVariables lets a POSIX shell read what the emulator prints.
func TestShellReadsTheVariables(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no POSIX shell")
	}
	seed, err := emulator.Empty(time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	odd := &seed.Sellers[0]
	odd.ClientID, odd.ClientSecret, odd.RefreshToken = `a'b"c`, "$HOME `id` \\ #\n*;&", "Atzr|emulator ~<(x)>!é"
	text, err := json.Marshal(seed)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	ordinary, err := emulator.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]emulator.Credentials{
		"default": ordinary.Credentials(),
		file:      {ClientID: odd.ClientID, ClientSecret: odd.ClientSecret, RefreshToken: odd.RefreshToken},
	} {
		printed := announce(t, "--seed", name)
		environment := filepath.Join(t.TempDir(), "emulator.env")
		if err := os.WriteFile(environment, []byte(printed), 0o600); err != nil {
			t.Fatal(err)
		}
		const script = `set -a; . "$1"; printf '%s\0' "$LWA_APP_ID" "$LWA_CLIENT_SECRET" "$SP_API_REFRESH_TOKEN" "$SP_API_MARKETPLACE" "$SP_API_ENDPOINT/auth/o2/token" "$SP_API_TOKEN_ENDPOINT"`
		program := exec.CommandContext(t.Context(), shell, "-euc", script, "sh", environment)
		program.Env = []string{}
		read, err := program.Output()
		got := strings.Split(string(read), "\x00")
		if err != nil || len(got) != 7 {
			t.Fatalf("%s: the shell reads %q, %v\n%s", name, got, err, printed)
		}
		if (emulator.Credentials{ClientID: got[0], ClientSecret: got[1], RefreshToken: got[2]}) != want || got[3] != odd.MarketplaceID || got[4] != got[5] {
			t.Errorf("%s: the shell reads %q, want %+v", name, got, want)
		}
		if name == "default" && strings.ContainsAny(printed, `'"`) {
			t.Errorf("docker --env-file takes quotes for parts of the values:\n%s", printed)
		}
	}
}

func TestEmulatorServes(t *testing.T) {
	t.Parallel()
	portFile := filepath.Join(t.TempDir(), "port")
	environment := serve(t, "--port-file", portFile)
	if text, err := os.ReadFile(portFile); err != nil || "http://"+string(text) != environment["SP_API_ENDPOINT"] {
		t.Errorf("the port file holds %q, %v", text, err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, environment["SP_API_TOKEN_ENDPOINT"], strings.NewReader(url.Values{
		"grant_type": {"refresh_token"}, "client_id": {environment["LWA_APP_ID"]},
		"client_secret": {environment["LWA_CLIENT_SECRET"]}, "refresh_token": {environment["SP_API_REFRESH_TOKEN"]},
	}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("signing in answers %s", response.Status)
	}
}

// TestPortFileIsARegularFile keeps a link, and refuses what must not be replaced.
func TestPortFileIsARegularFile(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	link := filepath.Join(directory, "link")
	if err := os.Symlink("target", link); err != nil {
		t.Skip(err)
	}
	environment := serve(t, "--port-file", link)
	if text, err := os.ReadFile(filepath.Join(directory, "target")); err != nil || "http://"+string(text) != environment["SP_API_ENDPOINT"] {
		t.Errorf("the port file holds %q, %v", text, err)
	}
	if target, err := os.Readlink(link); err != nil || target != "target" {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	socket := filepath.Join(directory, "socket")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = listener.Close() }()
	for _, name := range []string{socket, directory} {
		err := runEmulator(t.Context(), []string{"--addr", "127.0.0.1:0", "--port-file", name}, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), "--port-file: "+name) || !strings.Contains(err.Error(), "not a regular file") {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := os.Lstat(name); err != nil {
			t.Error(err)
		}
	}
}

func TestEmulatorUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--auth", "maybe"}, {"--throttle", "2"}, {"--clock", "noon"}, {"--log", "xml"}, {"--reservations", "long"}, {"--schedule-updates", "all"}, {"more"},
	} {
		err := runEmulator(t.Context(), args, io.Discard, io.Discard)
		if usage := (usageError{}); !errors.As(err, &usage) {
			t.Errorf("%v: got %v, want a usage error", args, err)
		}
	}
	missing := filepath.Join(t.TempDir(), "missing.json")
	if err := runEmulator(t.Context(), []string{"--seed", missing}, io.Discard, io.Discard); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestEmulatorTakesItsRulesFromFlags looks at what the flags for reservations and
// schedules do to answers.
func TestEmulatorTakesItsRulesFromFlags(t *testing.T) {
	t.Parallel()
	const technician, april = "A1TECHNICIAN01", "2030-04-07"
	days := []string{"2030-02-07", "2030-06-07", april} // in the order that they are scheduled in
	hours := func(day string) string {
		return `"startTime":"` + day + `T09:00:00Z","endTime":"` + day + `T17:00:00Z"`
	}
	for _, c := range []struct {
		args      []string
		whole     bool // whether a reservation comes back whole
		scheduled string
	}{
		{nil, false, "[false false true]"},
		{[]string{"--reservations", "short", "--schedule-updates", "replace-all"}, false, "[false false true]"},
		{[]string{"--reservations", "whole", "--schedule-updates", "replace-from"}, true, "[true false true]"},
		{[]string{"--schedule-updates", "replace-overlaps"}, false, "[true true true]"},
	} {
		environment := serve(t, append([]string{"--auth", "off"}, c.args...)...)
		ask := func(method, path, body string) string {
			request, err := http.NewRequestWithContext(t.Context(), method,
				environment["SP_API_ENDPOINT"]+"/service/v1/"+path+"?marketplaceIds="+environment["SP_API_MARKETPLACE"], strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/json")
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			text, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != http.StatusOK {
				t.Fatalf("%v: %s answers %s %s %v", c.args, path, response.Status, text, err)
			}
			return string(text)
		}
		scheduled := func(day string) bool {
			window := `{"startDateTime":"` + day + `T12:00:00Z","endDateTime":"` + day + `T13:00:00Z"}`
			return strings.Contains(ask(http.MethodPost, "serviceResources/"+technician+"/capacity/range", window), `"capacity":1`)
		}
		for _, day := range days {
			ask(http.MethodPut, "serviceResources/"+technician+"/schedules", `{"schedules":[{`+hours(day)+`}]}`)
		}
		made := ask(http.MethodPost, "reservation", `{"resourceId":"`+technician+`","reservation":{"type":"BREAK","availability":{`+hours(april)+`}}}`)
		if whole := strings.Contains(made, "BREAK"); whole != c.whole {
			t.Errorf("%v: a reservation is answered as %s", c.args, made)
		}
		var found []bool
		for _, day := range days {
			found = append(found, scheduled(day))
		}
		if fmt.Sprint(found) != c.scheduled {
			t.Errorf("%v: of %v %v are scheduled, want %v", c.args, days, found, c.scheduled)
		}
	}
}

func TestEmulatorKeepsItsState(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	ask := func(environment map[string]string, method, path, body string) string {
		request, err := http.NewRequestWithContext(t.Context(), method, environment["SP_API_ENDPOINT"]+"/_emulator/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode >= http.StatusBadRequest {
			t.Fatalf("%s answers %s %s %v", path, response.Status, text, err)
		}
		return string(text)
	}
	t.Run("first", func(t *testing.T) {
		ask(serve(t, "--state", file, "--clock", "2026-03-02T20:00:00Z"), http.MethodPost, "seed?name=empty", "")
	})
	t.Run("second", func(t *testing.T) {
		environment := serve(t, "--state", file, "--clock", "2026-03-02T20:00:00Z", "--log", "json")
		if state := ask(environment, http.MethodGet, "state", ""); strings.Contains(state, "TECHNICIAN") {
			t.Errorf("the state is that of the seed: %s", state)
		}
	})
}
