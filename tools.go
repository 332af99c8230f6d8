//go:build tools || generate

// Package tools lets `go generate` find the generator, and keeps what it is
// built on in go.mod. The go command sets the tag generate; nothing builds this
// file.
package tools

import _ "github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

//go:generate go run ./cmd/gen
