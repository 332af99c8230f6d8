package facade_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/spservices/services-go/facade"
)

// TestAliasesAreSpelledOut holds that go doc shows what the types are made of
// that package facade takes from packages nobody else can read.
func TestAliasesAreSpelledOut(t *testing.T) {
	t.Parallel()
	aliased := map[string]reflect.Type{}
	for name, v := range map[string]any{
		"Credentials": facade.Credentials{}, "Token": facade.Token{}, "TokenKey": facade.TokenKey{}, "AuthError": facade.AuthError{},
		"Key": facade.Key{}, "Plan": facade.Plan{}, "Outcome": facade.Outcome{}, "LimitError": facade.LimitError{},
		"ValidationError": facade.ValidationError{}, "Violation": facade.Violation{},
		"TokenSource": new(facade.TokenSource), "TokenStore": new(facade.TokenStore), "Limiter": new(facade.Limiter),
	} {
		aliased[name] = reflect.TypeOf(v)
		if aliased[name].Kind() == reflect.Pointer {
			aliased[name] = aliased[name].Elem()
		}
	}
	docs := internalAliases(t)
	for name, doc := range docs {
		typ := aliased[name]
		if typ == nil {
			if name != "RawBody" { // a []byte
				t.Errorf("%s is not in this test", name)
			}
			continue
		}
		_, block, _ := strings.Cut(doc, "type "+name+" ")
		if typ.Kind() == reflect.Interface {
			for method := range typ.Methods() {
				if !strings.Contains(block, method.Name+"(") {
					t.Errorf("the comment of %s lacks %s", name, method.Name)
				}
			}
			continue
		}
		for field := range typ.Fields() {
			if field.IsExported() && !strings.Contains(block, "\t\t"+field.Name+" ") {
				t.Errorf("the comment of %s lacks %s", name, field.Name)
			}
		}
	}
	if len(docs) != len(aliased)+1 {
		t.Errorf("%d aliases, want %d", len(docs), len(aliased)+1)
	}
}

// internalAliases are the comments of the aliases for types of internal
// packages, by name.
func internalAliases(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") || strings.HasSuffix(entry.Name(), ".gen.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range general.Specs {
				if alias, ok := spec.(*ast.TypeSpec); ok && alias.Assign.IsValid() {
					docs[alias.Name.Name] = alias.Doc.Text() + general.Doc.Text()
				}
			}
		}
	}
	return docs
}
