package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const refreshData = "../../internal/refresh/testdata/"

// specCopy is an API description that may be edited.
func specCopy(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(refreshData + "spec.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return document(t, string(text))
}

func TestRefreshExitCodes(t *testing.T) {
	t.Parallel()
	model := func(name string) string { return "-model=" + refreshData + name }
	for name, tc := range map[string]struct {
		args           []string
		want           int
		stdout, stderr string
		edits          bool
	}{
		"no change":             {[]string{model("same.json")}, exitOK, "**No changes.**", "", false},
		"no change to write":    {[]string{model("same.json"), "--write"}, exitOK, "**No changes.**", "", false},
		"nothing breaks":        {[]string{model("added-2026-05-27.json")}, exitOK, "minor version", "", false},
		"nothing breaks, write": {[]string{model("added-2026-05-27.json"), "--write"}, exitOK, "minor version", "edited", true},
		"breaks":                {[]string{model("breaking.json")}, exitBreaking, "major version", "", false},
		"breaks, write":         {[]string{model("breaking.json"), "--write"}, exitBreaking, "major version", "nothing written", false},
		"breaks, accepted":      {[]string{model("breaking.json"), "--write", "--accept-breaking"}, exitOK, "major version", "edited", true},
		"not a model":           {[]string{model("spec.yaml"), "--write"}, exitError, "", "spec.yaml: line 1: not JSON", false},
		"no file":               {[]string{model("missing.json")}, exitError, "", "missing.json", false},
		"no model":              {nil, exitUsage, "", "-model is missing", false},
		"unknown flag":          {[]string{"-nonsense"}, exitUsage, "", "-nonsense", false},
		"argument":              {[]string{model("same.json"), "more"}, exitUsage, "", `"more"`, false},
		"help":                  {[]string{"-help"}, exitOK, "", "accept-breaking", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := specCopy(t)
			before, err := os.ReadFile(spec)
			if err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			if got := refreshSpec(append([]string{"-spec=" + spec}, tc.args...), &stdout, &stderr); got != tc.want {
				t.Errorf("exit code %d, want %d", got, tc.want)
			}
			if !strings.Contains(stdout.String(), tc.stdout) || tc.stdout == "" && stdout.Len() > 0 {
				t.Errorf("stdout is %q, want %q", stdout.String(), tc.stdout)
			}
			if !strings.Contains(stderr.String(), tc.stderr) || tc.stderr == "" && stderr.Len() > 0 {
				t.Errorf("stderr is %q, want %q", stderr.String(), tc.stderr)
			}
			after, err := os.ReadFile(spec)
			if err != nil || bytes.Equal(before, after) == tc.edits {
				t.Errorf("edited: %t, want %t; error %v", !tc.edits, tc.edits, err)
			}
		})
	}
}

// What the generator cannot make code of is said before it is written, and
// after: a person has to see to it.
func TestRefreshSaysWhatTheGeneratorRefuses(t *testing.T) {
	t.Parallel()
	same, err := os.ReadFile(refreshData + "same.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		old, new       string
		want           int
		stdout, stderr string
	}{
		"keyword": {`"maxItems": 20`, `"uniqueItems": true, "maxItems": 20`, exitBreaking, "listJobs parameter ids (line ", ""},
		"format": {`"note": {`, `"day": {"type": "string", "format": "date"}, "note": {`, exitOK,
			"## For a person (1)\n\n- `make generate` will refuse this: CreateJobRequest.day (line ", ""},
		"contradiction": {`"default": 20`, `"default": 30`, exitError, "`listJobs.pageSize` default: 20 → 30", "invalid default"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model := filepath.Join(t.TempDir(), "model.json")
			if err := os.WriteFile(model, []byte(changed(t, string(same), tc.old, tc.new)), 0o600); err != nil {
				t.Fatal(err)
			}
			spec := specCopy(t)
			for _, write := range []string{"-write=false", "-write"} {
				var stdout, stderr bytes.Buffer
				code := refreshSpec([]string{"-spec=" + spec, "-model=" + model, write, "-accept-breaking"}, &stdout, &stderr)
				if want := tc.want; code != want && (write != "-write" || want != exitBreaking || code != exitOK) {
					t.Errorf("%s: exit code %d, want %d", write, code, want)
				}
				if !strings.Contains(stdout.String(), tc.stdout) || !strings.Contains(stderr.String(), tc.stderr) {
					t.Errorf("%s: %s%s\nwant %q and %q", write, &stdout, &stderr, tc.stdout, tc.stderr)
				}
			}
		})
	}
}

func TestCheckRefusesMissingDescriptions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args   []string
		want   int
		stderr string
	}{
		"described": {[]string{"-spec", refreshData + "spec.yaml"}, exitOK, ""},
		"missing":   {[]string{"-spec", refreshData + "breaking.yaml"}, exitError, "breaking.yaml:32: a description is still to be written"},
		"no file":   {[]string{"-spec", refreshData + "missing.yaml"}, exitError, "missing.yaml"},
		"argument":  {[]string{"more"}, exitUsage, `"more"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			if got := checkSpec(tc.args, &stderr); got != tc.want || !strings.Contains(stderr.String(), tc.stderr) {
				t.Errorf("exit code %d, stderr %q, want %d and %q", got, stderr.String(), tc.want, tc.stderr)
			}
		})
	}
}

// The script that the workflow runs, on local files.
func TestRefreshScript(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash")
	}
	spec := specCopy(t)
	script := func(args ...string) (string, int) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "bash", append([]string{"../../scripts/refresh.sh"}, args...)...).Output()
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			return string(out), exit.ExitCode()
		}
		if err != nil {
			t.Fatal(err)
		}
		return string(out), exitOK
	}
	want, err := os.ReadFile(filepath.Join(refreshData, "breaking.md"))
	if err != nil {
		t.Fatal(err)
	}
	if page, code := script(refreshData+"breaking.json", "--spec", spec); code != exitBreaking || page != string(want) {
		t.Errorf("exit status %d, page\n%s", code, page)
	}
	if page, code := script(refreshData+"breaking.json", "--spec", spec, "--write", "--accept-breaking"); code != exitOK || page != string(want) {
		t.Errorf("exit status %d after writing, page\n%s", code, page)
	}
	if page, code := script(refreshData+"breaking.json", "--spec", spec); code != exitOK || !strings.Contains(page, "**No changes.**") {
		t.Errorf("exit status %d of a second run, page\n%s", code, page)
	}
	// A relative path is the caller's.
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, spec)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--spec", relative}, {"--spec=" + relative}} {
		if page, code := script(append([]string{refreshData + "breaking.json"}, args...)...); code != exitOK || !strings.Contains(page, "**No changes.**") {
			t.Errorf("exit status %d with %s, page\n%s", code, args, page)
		}
	}
	if _, code := script(); code != exitUsage {
		t.Errorf("exit status %d without a model, want %d", code, exitUsage)
	}
}
