package emulator_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/spservices/services-go/api"
	"github.com/spservices/services-go/emulator"
)

// TestForeignClientWalksAJob lets a client that a generator makes of the API
// description, by its own templates and with nothing of this module, carry a
// job to its end.
func TestForeignClientWalksAJob(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	doc, err := openapi3.NewLoader().LoadFromData(api.Spec())
	if err != nil {
		t.Fatal(err)
	}
	client, err := codegen.Generate(doc, codegen.Configuration{
		PackageName:   "main",
		Generate:      codegen.GenerateOptions{Models: true, Client: true},
		OutputOptions: codegen.OutputOptions{ResponseTypeSuffix: "Answer"},
	})
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(directory, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) []byte {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	write("client.go", []byte(client))
	write("main.go", read("testdata/foreign.go.txt"))
	write("go.sum", read("../go.sum"))
	_, requirements, _ := bytes.Cut(read("../go.mod"), []byte("\n"))
	write("go.mod", append([]byte("module foreign\n"), requirements...))

	emu := emulator.Start(t)
	login := emu.Credentials()
	program := exec.CommandContext(t.Context(), "go", "run", "-mod=mod", ".")
	program.Dir = directory
	program.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off",
		"SP_API_ENDPOINT="+emu.URL(), "SP_API_TOKEN_ENDPOINT="+emu.TokenURL(), "SP_API_MARKETPLACE="+emu.Marketplace(),
		"LWA_APP_ID="+login.ClientID, "LWA_CLIENT_SECRET="+login.ClientSecret, "SP_API_REFRESH_TOKEN="+login.RefreshToken,
		"RESOURCE=A1TECHNICIAN01")
	out, err := program.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "COMPLETED" {
		t.Errorf("%v\n%s", err, out)
	}
}
