package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/spservices/services-go/contract"
	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/emulator/emulatortest"
	"github.com/spservices/services-go/facade"
)

// runDemo drives the façade over real HTTP: the whole life of a job against an
// embedded emulator, or the steps that only read against another endpoint.
func runDemo(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print one JSON object per line")
	endpoint := flags.String("endpoint", os.Getenv("SP_API_ENDPOINT"),
		"run the read-only steps against this `URL`, with the credentials of the environment")
	if err := parse(flags, args, stderr); err != nil {
		return err
	}
	if err := contract.Load(); err != nil { // so that it does not count as the first step's time
		return err
	}
	traffic := newTraffic()
	t := &tour{traffic: traffic, out: newPrinter(stdout, *asJSON)}
	run := t.wholeJob
	if *endpoint == "" {
		emu, err := emulator.New()
		if err != nil {
			return err
		}
		if err := emu.Listen("127.0.0.1:0"); err != nil {
			return err
		}
		defer func() { _ = emu.Close() }()
		t.emulator, *endpoint = emu, emu.URL()
		t.client, err = embeddedClient(emu, traffic)
		if err != nil {
			return err
		}
	} else {
		var err error
		run = t.readOnly
		t.client, err = facade.New(facade.FromEnv(), facade.WithEndpoint(*endpoint), facade.WithHTTPClient(&http.Client{Transport: traffic}),
			facade.WithUserAgent("spservices-demo", facade.Version))
		if err != nil {
			return err
		}
	}
	t.out.start(*endpoint)
	return t.finish(ctx, run)
}

// finish runs the steps, prints the summary and returns what went wrong.
func (t *tour) finish(ctx context.Context, run func(context.Context) error) error {
	started := time.Now()
	err := run(ctx)
	s := t.traffic.summary(t.retried, time.Since(started))
	if err == nil && s.Violations > 0 {
		err = fmt.Errorf("%d violations of the API description", s.Violations)
	}
	t.out.summary(s, err)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

func embeddedClient(emu *emulator.Emulator, traffic http.RoundTripper) (*facade.Client, error) {
	return facade.New(append(emulatortest.Options(emu),
		facade.WithHTTPClient(&http.Client{Transport: traffic}),
		facade.WithUserAgent("spservices-demo", facade.Version),
	)...)
}
