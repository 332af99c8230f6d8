package examples

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/emulator/emulatortest"
	"github.com/spservices/services-go/facade"
)

// programs is the directory that the examples are built into.
var programs string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "examples")
	if err != nil {
		log.Fatal(err)
	}
	programs = dir + string(filepath.Separator)
	build := exec.CommandContext(context.Background(), "go", "build", "-o", programs, "./...")
	build.Stderr = os.Stderr
	code := 1
	if err := build.Run(); err == nil {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// Jobs of the emulator's default seed.
const (
	appointedJob = "00000000-0000-4000-a000-000000000002"
	foreignJob   = "00000000-0000-4000-a000-000000009001"
)

// environment points a program at an emulator.
func environment(emu *emulator.Emulator) map[string]string {
	login := emu.Credentials()
	return map[string]string{
		"SP_API_ENDPOINT":       emu.URL(),
		"SP_API_TOKEN_ENDPOINT": emu.TokenURL(),
		"SP_API_MARKETPLACE":    emu.Marketplace(),
		"SP_API_REFRESH_TOKEN":  login.RefreshToken,
		"LWA_APP_ID":            login.ClientID,
		"LWA_CLIENT_SECRET":     login.ClientSecret,
	}
}

// run runs an example with nothing but env in its environment.
func run(t *testing.T, env map[string]string, program string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, problems bytes.Buffer
	command := exec.CommandContext(t.Context(), programs+program, args...)
	command.Env = []string{}
	for name, value := range env {
		command.Env = append(command.Env, name+"="+value)
	}
	command.Stdout, command.Stderr = &out, &problems
	err = command.Run()
	return out.String(), problems.String(), err
}

func TestFirst(t *testing.T) {
	t.Parallel()
	stdout, stderr, err := run(t, environment(emulator.Start(t)), "first")
	if err != nil || stderr != "" {
		t.Fatalf("%v: %s", err, stderr)
	}
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if len(lines) < 5 || !strings.Contains(stdout, string(facade.ServiceJobStatusPendingSchedule)) {
		t.Errorf("prints %q", stdout)
	}
	for _, line := range lines {
		if _, err := time.Parse(time.DateOnly, strings.Fields(line)[0]); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestFirstWithoutCredentials(t *testing.T) {
	t.Parallel()
	if _, stderr, err := run(t, nil, "first"); err == nil || !strings.Contains(stderr, "credentials are needed") {
		t.Errorf("%v: %s", err, stderr)
	}
}

func TestDrain(t *testing.T) {
	t.Parallel()
	env := environment(emulator.Start(t))
	stdout, stderr, err := run(t, env, "drain", "-since", "2400h")
	if err != nil || !strings.HasSuffix(stderr, "60 of 60 jobs\n") {
		t.Fatalf("%v: %s", err, stderr)
	}
	total, previous := 0, ""
	for line := range strings.Lines(stdout) {
		var n int
		var status string
		if _, err := fmt.Sscan(line, &n, &status); err != nil || status <= previous {
			t.Errorf("%q after %q: %v", line, previous, err)
		}
		total, previous = total+n, status
	}
	if total != 60 {
		t.Errorf("counts %d jobs:\n%s", total, stdout)
	}
	if stdout, stderr, err := run(t, env, "drain"); err != nil || !strings.Contains(stderr, " jobs\n") {
		t.Errorf("the last day: %v: %s%s", err, stderr, stdout)
	}
}

func TestUpload(t *testing.T) {
	t.Parallel()
	env := environment(emulator.Start(t))
	file := filepath.Join(t.TempDir(), "proof.pdf")
	if err := os.WriteFile(file, []byte("%PDF-1.7 proof of service"), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, err := run(t, env, "upload", file)
	if err != nil || !strings.HasPrefix(stdout, "uploaded ") {
		t.Fatalf("%v: %s%s", err, stderr, stdout)
	}
	stdout, stderr, err = run(t, env, "upload", "-job", appointedJob, "-appointment", appointedJob+"_1", file)
	if err != nil || !strings.HasSuffix(stdout, "attached to "+appointedJob+"_1\n") {
		t.Errorf("%v: %s%s", err, stderr, stdout)
	}
	for _, args := range [][]string{{}, {"-job", appointedJob, file}, {file + ".txt"}, {filepath.Join(t.TempDir(), "none.pdf")}} {
		if stdout, stderr, err := run(t, env, "upload", args...); err == nil || stdout != "" || stderr == "" {
			t.Errorf("upload %q: %v: %s%s", args, err, stderr, stdout)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	env := environment(emu)
	tomorrow := time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	ailing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
	}))
	t.Cleanup(ailing.Close)
	for name, c := range map[string]struct {
		variable, value string
		job             string
		advice          string
		message         string
	}{
		"an id that is none":   {job: "..", advice: "not sent: serviceJobId ", message: "addAppointment"},
		"a wrong credential":   {variable: "SP_API_REFRESH_TOKEN", value: "other", job: pendingJob, advice: "not sent: check the credentials, invalid_grant", message: "no access token"},
		"a lost answer":        {variable: "SP_API_ENDPOINT", value: ailing.URL, job: pendingJob, advice: "perhaps booked: look at the job", message: "may have been carried out"},
		"another seller's job": {job: foreignJob, advice: "not booked: the job is another seller's", message: "403 UnauthorizedAction: "},
		"an unknown job":       {job: "no-such-job", advice: "not booked: Job not found for jobId no-such-job", message: "422 InvalidInput: Job not found for jobId no-such-job (request id "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := environment(emu)
			if c.variable != "" {
				env[c.variable] = c.value
			}
			stdout, stderr, err := run(t, env, "errors", c.job, tomorrow)
			if err == nil || !strings.HasPrefix(stdout, c.advice) || !strings.Contains(stderr, c.message) {
				t.Errorf("%v\nadvice %s\nerror %s", err, stdout, stderr)
			}
		})
	}
	if stdout, stderr, err := run(t, env, "errors", pendingJob, freeSlot(t, emu)); err != nil || !strings.HasPrefix(stdout, "booked ") {
		t.Errorf("a free slot: %v: %s%s", err, stderr, stdout)
	}
}

// freeSlot is the start of a slot in which pendingJob can be appointed.
func freeSlot(t *testing.T, emu *emulator.Emulator) string {
	t.Helper()
	report, err := emulatortest.NewClient(t, emu).GetAppointmentSlotsByJob(t.Context(), pendingJob, facade.Window{})
	if err != nil {
		t.Fatal(err)
	}
	for _, slot := range report.AppointmentSlots {
		if slot.Capacity > 0 {
			return slot.StartTime.Format(time.RFC3339)
		}
	}
	t.Fatal("no free slot")
	return ""
}
