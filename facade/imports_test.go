package facade_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// importsModule is this module.
const importsModule = "github.com/spservices/services-go"

// importsAllowed are the modules that a program which uses the SDK links.
var importsAllowed = map[string][]string{
	"./gen": {
		"github.com/go-json-experiment/json",
		"github.com/oapi-codegen/runtime",
		"github.com/apapsch/go-jsonmerge/v2", // for runtime
		"github.com/google/uuid",             // for runtime
	},
	"./facade": {
		"github.com/go-json-experiment/json",
		"github.com/hashicorp/go-cleanhttp", // for go-retryablehttp
		"github.com/hashicorp/go-retryablehttp",
		"github.com/oapi-codegen/runtime",
		"github.com/apapsch/go-jsonmerge/v2", // for runtime
		"github.com/google/uuid",             // for runtime
	},
}

// importsForbidden are for tests, tools and servers. What is beneath them is too.
var importsForbidden = []string{
	"testing", "net/http/httptest", "github.com/getkin/kin-openapi", "github.com/oapi-codegen/oapi-codegen/v2", "go.uber.org/goleak", "pgregory.net/rapid",
	importsModule + "/api", importsModule + "/emulator", importsModule + "/contract", importsModule + "/cmd",
}

// TestImports holds that using the SDK links little: neither tools nor tests.
func TestImports(t *testing.T) {
	t.Parallel()
	for target, allowed := range importsAllowed {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			var modules []string
			packages := importsOf(t, target)
			for _, p := range packages {
				for _, forbidden := range importsForbidden {
					if p.ImportPath == forbidden || strings.HasPrefix(p.ImportPath, forbidden+"/") {
						t.Errorf("imports %s", p.ImportPath)
					}
				}
				if !p.Standard && p.Module.Path != importsModule {
					modules = append(modules, p.Module.Path)
				}
			}
			slices.Sort(modules)
			want := slices.Sorted(slices.Values(allowed))
			if got := slices.Compact(modules); !slices.Equal(got, want) {
				t.Errorf("links the modules\n%v, want\n%v", got, want)
			}
			if own := importsModule + strings.TrimPrefix(target, "."); packages[len(packages)-1].ImportPath != own {
				t.Errorf("the last package is %s, want %s", packages[len(packages)-1].ImportPath, own)
			}
		})
	}
	for _, p := range importsOf(t, "./gen") {
		if p.ImportPath == importsModule+"/facade" {
			t.Error("gen imports facade: data flow one way")
		}
	}
}

type importsPackage struct {
	ImportPath string
	Standard   bool
	Module     struct{ Path string }
}

// importsOf are a package and all that it is made of, itself last.
func importsOf(t *testing.T, target string) (list []importsPackage) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Standard,Module", target)
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p importsPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}
