package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// runCommand runs the program in process.
func runCommand(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errors bytes.Buffer
	status = run(t.Context(), args, &out, &errors)
	return status, out.String(), errors.String()
}

func TestDemoCarriesAJobFromListingToCompletion(t *testing.T) {
	t.Setenv("SP_API_ENDPOINT", "")
	status, stdout, stderr := runCommand(t, "demo")
	if status != 0 || stderr != "" {
		t.Fatalf("status %d, stderr %s\n%s", status, stderr, stdout)
	}
	at := 0
	for _, step := range []string{
		"access token", "getServiceJobs", "page 3: 20 of 60 jobs", "getServiceJobByServiceJobId", "PENDING_SCHEDULE",
		"getAppointmmentSlotsByJobId", "addAppointmentForServiceJobByServiceJobId", "rescheduleAppointmentForServiceJobByServiceJobId",
		"assignAppointmentResources", "createServiceDocumentUploadDestination", "upload", "setAppointmentFulfillmentData",
		"completeServiceJobByServiceJobId", "COMPLETED", "getFixedSlotCapacity", "█", "▒", "requests sent", "0 violations",
	} {
		i := strings.Index(stdout[at:], step)
		if i < 0 {
			t.Fatalf("no %q after the step before it in\n%s", step, stdout)
		}
		at += i
	}
	if strings.Contains(stdout, "\x1b[") {
		t.Error("colour without a terminal")
	}
}

func TestDemoForMachines(t *testing.T) {
	t.Setenv("SP_API_ENDPOINT", "")
	status, stdout, stderr := runCommand(t, "demo", "--json")
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	var last map[string]any
	lines := bufio.NewScanner(strings.NewReader(stdout))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		last = nil
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		if operation, isStep := last["operation"]; isStep && last["request_id"] == nil {
			t.Errorf("%v has no request id", operation)
		}
	}
	if last["ok"] != true || last["violations"] != 0.0 || last["exchanges_held_against_the_spec"] == 0.0 {
		t.Errorf("summary %v", last)
	}
}

func TestDemoFailsWhenAStepFails(t *testing.T) {
	for name, variable := range map[string]string{"SP_API_REFRESH_TOKEN": "r", "LWA_APP_ID": "i", "LWA_CLIENT_SECRET": "s", "SP_API_MARKETPLACE": "US"} {
		t.Setenv(name, variable)
	}
	const nobody = "http://127.0.0.1:1"
	t.Setenv("SP_API_TOKEN_ENDPOINT", nobody+"/auth/o2/token")
	status, stdout, stderr := runCommand(t, "demo", "--endpoint", nobody)
	if status != 1 || !strings.Contains(stderr, "getServiceJobs failed") || !strings.Contains(stdout, "no access token") {
		t.Errorf("status %d, stderr %q, stdout\n%s", status, stderr, stdout)
	}
}

func TestUsage(t *testing.T) {
	for name, args := range map[string][]string{
		"nothing": nil, "unknown command": {"dance"}, "unknown flag": {"demo", "--loud"}, "left over": {"demo", "twice"},
	} {
		if status, _, stderr := runCommand(t, args...); status != 2 || stderr == "" {
			t.Errorf("%s: status %d, stderr %q", name, status, stderr)
		}
	}
	if status, _, _ := runCommand(t, "demo", "--help"); status != 0 {
		t.Errorf("--help: status %d", status)
	}
	if status, stdout, _ := runCommand(t, "version"); status != 0 || !strings.HasPrefix(stdout, "spservices ") {
		t.Errorf("version: status %d, %q", status, stdout)
	}
}
