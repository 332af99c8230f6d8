package main

import (
	"context"
	"errors"
	"io"
)

func runEmulator(context.Context, []string, io.Writer, io.Writer) error { return errors.New("TODO") }
