package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/spservices/services-go/internal/refresh"
)

// Exit codes of the subcommands.
const (
	exitOK       = 0
	exitError    = 1
	exitBreaking = 2 // the model breaks programs, and that was not accepted
	exitUsage    = 64
)

const defaultSpec = "api/services-v1.yaml"

// refreshSpec compares a model with the API description, prints what differs
// and edits the description if it is asked to.
func refreshSpec(args []string, stdout, stderr io.Writer) int {
	o := refresh.Options{Accept: func(text []byte) error {
		_, err := generate(text, ".")
		return err
	}}
	flags := flag.NewFlagSet("gen refresh", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.Model, "model", "", "Amazon's model, a Swagger 2.0 `file`")
	flags.StringVar(&o.Spec, "spec", defaultSpec, "OpenAPI 3.0 `file` to compare and edit")
	flags.StringVar(&o.Since, "since", "", "`date` to mark additions with (default: the one in the name of the model)")
	flags.BoolVar(&o.Write, "write", false, "edit the OpenAPI file")
	flags.BoolVar(&o.AcceptBreaking, "accept-breaking", false, "write although programs break")
	if code, ok := parse(flags, args); !ok {
		return code
	}
	if o.Model == "" {
		_, _ = fmt.Fprintln(stderr, "gen refresh: -model is missing")
		return exitUsage
	}
	report, err := refresh.Run(o)
	if report != nil {
		_, _ = fmt.Fprint(stdout, report.Page)
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "gen refresh:", err)
		return exitError
	}
	refused := report.Breaking && (!o.Write || !o.AcceptBreaking)
	switch {
	case report.Written:
		_, _ = fmt.Fprintln(stderr, "gen refresh: edited", o.Spec)
	case refused && o.Write:
		_, _ = fmt.Fprintln(stderr, "gen refresh: nothing written: programs break; repeat with -accept-breaking")
	}
	if refused {
		return exitBreaking
	}
	return exitOK
}

// checkSpec refuses an API description that nobody has finished.
func checkSpec(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("gen check", flag.ContinueOnError)
	flags.SetOutput(stderr)
	spec := flags.String("spec", defaultSpec, "OpenAPI 3.0 `file` to check")
	if code, ok := parse(flags, args); !ok {
		return code
	}
	text, err := os.ReadFile(*spec)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "gen check:", err)
		return exitError
	}
	lines := refresh.Undescribed(text)
	for _, line := range lines {
		_, _ = fmt.Fprintf(stderr, "%s:%d: a description is still to be written\n", *spec, line)
	}
	if len(lines) > 0 {
		return exitError
	}
	return exitOK
}

// parse reads flags and refuses anything else; false means to exit with the code.
func parse(flags *flag.FlagSet, args []string) (int, bool) {
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK, false
	case err != nil:
		return exitUsage, false
	case flags.NArg() > 0:
		_, _ = fmt.Fprintf(flags.Output(), "%s: unexpected argument %q\n", flags.Name(), flags.Arg(0))
		return exitUsage, false
	}
	return exitOK, true
}
