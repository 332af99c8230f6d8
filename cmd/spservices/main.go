// Command spservices shows the SDK at work and serves the emulator.
//
//	spservices demo       a whole service job, against an embedded emulator
//	spservices emulator   the emulator, for any client
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spservices/services-go/facade"
)

type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

var commands = []command{
	{"demo", "walk through a whole service job", runDemo},
	{"emulator", "serve the Services API on this machine", runEmulator},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what does not look at ctx, such as a read of a pipe
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit status: 0 for success, 1 for failure, 2 for bad usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && (args[0] == "version" || args[0] == "--version") {
		_, _ = fmt.Fprintln(stdout, "spservices", facade.Version)
		return 0
	}
	for _, c := range commands {
		if len(args) == 0 || args[0] != c.name {
			continue
		}
		err := c.run(ctx, args[1:], stdout, stderr)
		var usage usageError
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.As(err, &usage):
			_, _ = fmt.Fprintln(stderr, "spservices:", err)
			return 2
		}
		_, _ = fmt.Fprintln(stderr, "spservices:", err)
		return 1
	}
	_, _ = fmt.Fprintln(stderr, "usage: spservices COMMAND [--help]")
	for _, c := range commands {
		_, _ = fmt.Fprintf(stderr, "  %-10s %s\n", c.name, c.summary)
	}
	return 2
}

// usageError is a mistake in the command line.
type usageError struct{ error }

// parse reads flags and refuses what is left over.
func parse(flags *flag.FlagSet, args []string, stderr io.Writer) error {
	flags.SetOutput(stderr)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usageError{err}
	}
	if flags.NArg() > 0 {
		return usageError{fmt.Errorf("%s: unexpected argument %q", flags.Name(), flags.Arg(0))}
	}
	return nil
}
