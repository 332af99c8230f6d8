package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// clashes refuses Go names that would be declared twice: a schema may be named
// like a type of the templates, or like one that package facade has by hand.
func clashes(files []file, root string) error {
	fset, declared := token.NewFileSet(), map[string]string{}
	var problems []error
	add := func(path string, source any) error {
		f, err := parser.ParseFile(fset, path, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, name := range declarations(f) {
			key := f.Name.Name + "." + name
			if other, taken := declared[key]; taken {
				problems = append(problems, fmt.Errorf("the Go name %s of %s is taken by %s: rename what makes it", key, other, filepath.ToSlash(path)))
			}
			declared[key] = filepath.ToSlash(path)
		}
		return nil
	}
	for _, f := range files {
		if err := add(f.path, f.body); err != nil {
			return err
		}
	}
	byHand, err := filepath.Glob(filepath.Join(root, "facade", "*.go"))
	if err != nil {
		return err
	}
	for _, path := range byHand {
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".gen.go") {
			continue
		}
		if err := add(path, nil); err != nil {
			return err
		}
	}
	return errors.Join(problems...)
}

// declarations are the names at the top of a file, and those of methods and
// fields behind the name of their type.
func declarations(f *ast.File) (names []string) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				receiver := d.Recv.List[0].Type
				if star, ok := receiver.(*ast.StarExpr); ok {
					receiver = star.X
				}
				if base, ok := receiver.(*ast.Ident); ok {
					name = base.Name + "." + name
				}
			}
			names = append(names, name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, spec.Name.Name)
					if fields, ok := spec.Type.(*ast.StructType); ok {
						for _, field := range fields.Fields.List {
							for _, name := range field.Names {
								names = append(names, spec.Name.Name+"."+name.Name)
							}
						}
					}
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						names = append(names, name.Name)
					}
				}
			}
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "_" || name == "init" || strings.HasSuffix(name, "._") })
}
