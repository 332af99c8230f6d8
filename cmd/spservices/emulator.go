package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/internal/safefile"
)

// emulatorFlags are the command line of spservices emulator.
type emulatorFlags struct {
	addr, portFile, seed, throttle, auth, clock, reservations, scheduleUpdates string
	state, admin, adminTokenFile, log                                          string
}

// runEmulator serves the Services API until ctx ends, or asks one that is
// serving.
func runEmulator(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "health" {
		return runHealth(ctx, args[1:], stdout, stderr)
	}
	var f emulatorFlags
	flags := flag.NewFlagSet("emulator", flag.ContinueOnError)
	flags.StringVar(&f.addr, "addr", "127.0.0.1:8484", "listen on `HOST:PORT`; port 0 takes a free one")
	flags.StringVar(&f.portFile, "port-file", "", "write host:port to this `FILE` once it answers")
	flags.StringVar(&f.seed, "seed", "default", "begin with `default|empty|FILE`")
	flags.StringVar(&f.throttle, "throttle", "on", "`on|off`: hold requests to the usage plans or not")
	flags.StringVar(&f.auth, "auth", "strict", "`strict|off`: verify access tokens or not")
	flags.StringVar(&f.clock, "clock", "real", "`real|TIME`: run with the machine, or stand at an RFC 3339 time")
	flags.StringVar(&f.reservations, "reservations", "short", "`short|whole`: answer a reservation with its id alone or whole")
	flags.StringVar(&f.scheduleUpdates, "schedule-updates", "replace-all",
		"`replace-all|replace-from|replace-overlaps`: what updateSchedule does to an existing schedule")
	flags.StringVar(&f.state, "state", "", "keep the state in this `FILE`, which goes before the seed once it exists")
	flags.StringVar(&f.admin, "admin", "loopback", "`loopback|token|off`: open the admin API to this machine, to who has the token, or to nobody")
	flags.StringVar(&f.adminTokenFile, "admin-token-file", "", "read the token for --admin token from this `FILE`, not from the variable "+adminTokenVariable)
	flags.StringVar(&f.log, "log", "text", "`text|json`: how requests are logged to standard error")
	if err := parse(flags, args, stderr); err != nil {
		return err
	}
	options, err := f.options(stderr)
	if err != nil {
		return usageError{fmt.Errorf("emulator: %w", err)}
	}
	emu, err := emulator.New(options...)
	if err != nil {
		return err
	}
	if err := f.serve(ctx, emu, stdout); err != nil {
		return errors.Join(err, emu.Close())
	}
	return emu.Close()
}

func (f *emulatorFlags) serve(ctx context.Context, emu *emulator.Emulator, stdout io.Writer) error {
	if err := emu.Listen(f.addr); err != nil {
		return err
	}
	if f.portFile != "" {
		file, _, err := safefile.Resolve(f.portFile)
		if err == nil {
			err = writeWhole(file, emu.Addr())
		}
		if err != nil {
			return fmt.Errorf("--port-file: %w", err)
		}
		defer func() { _ = os.Remove(file) }()
	}
	if err := printEnvironment(stdout, emu); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// options turns the flags into options; the error names every flag that is
// wrong.
func (f *emulatorFlags) options(stderr io.Writer) ([]emulator.Option, error) {
	var (
		options  []emulator.Option
		problems []error
	)
	choose := func(name, value string, choices map[string]emulator.Option) {
		option, ok := choices[value]
		if !ok {
			problems = append(problems, fmt.Errorf("--%s does not take %q", name, value))
		} else if option != nil {
			options = append(options, option)
		}
	}
	level := &slog.HandlerOptions{Level: slog.LevelDebug}
	choose("log", f.log, map[string]emulator.Option{
		"text": emulator.WithLogger(slog.New(slog.NewTextHandler(stderr, level))),
		"json": emulator.WithLogger(slog.New(slog.NewJSONHandler(stderr, level))),
	})
	choose("throttle", f.throttle, map[string]emulator.Option{"on": emulator.WithThrottling(), "off": nil})
	choose("auth", f.auth, map[string]emulator.Option{"strict": nil, "off": emulator.WithoutTokens()})
	choose("schedule-updates", f.scheduleUpdates, map[string]emulator.Option{
		"replace-all":      emulator.WithScheduleUpdates(emulator.ReplaceAll),
		"replace-from":     emulator.WithScheduleUpdates(emulator.ReplaceFrom),
		"replace-overlaps": emulator.WithScheduleUpdates(emulator.ReplaceOverlaps),
	})
	choose("reservations", f.reservations, map[string]emulator.Option{"short": nil, "whole": emulator.WithWholeReservations()})
	switch f.seed {
	case "default":
	case "empty":
		options = append(options, emulator.WithSeed(emulator.Empty))
	default:
		options = append(options, emulator.WithSeed(emulator.FileSeed(f.seed)))
	}
	if f.state != "" {
		options = append(options, emulator.WithStateFile(f.state))
	}
	if option, err := f.adminOption(); err != nil {
		problems = append(problems, err)
	} else if option != nil {
		options = append(options, option)
	}
	if f.clock != "real" {
		t, err := time.Parse(time.RFC3339, f.clock)
		if err != nil {
			problems = append(problems, fmt.Errorf("--clock does not take %q", f.clock))
		}
		options = append(options, emulator.WithClock(emulator.FixedClock(t)))
	}
	return options, errors.Join(problems...)
}

// printEnvironment tells where the emulator is. Its lines are comments and
// NAME=value, for a POSIX shell to read and, as long as no value of the seed
// needs quotes, for docker --env-file.
func printEnvironment(w io.Writer, emu *emulator.Emulator) error {
	login := emu.Credentials()
	_, err := fmt.Fprintf(w, `# Services API v1   %s
# token endpoint    %s
SP_API_ENDPOINT=%s
SP_API_TOKEN_ENDPOINT=%s
LWA_APP_ID=%s
LWA_CLIENT_SECRET=%s
SP_API_REFRESH_TOKEN=%s
SP_API_MARKETPLACE=%s
`, emu.URL(), emu.TokenURL(), emu.URL(), emu.TokenURL(),
		quoted(login.ClientID), quoted(login.ClientSecret), quoted(login.RefreshToken), quoted(emu.Marketplace()))
	return err
}

// quoted is a value as a POSIX shell reads it: in single quotes if it has
// characters that mean something to one.
func quoted(value string) string {
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/+@%,"
	if value != "" && strings.Trim(value, plain) == "" {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// writeWhole writes a file that is never seen half written, unless it cannot be
// replaced, as one that is mounted.
func writeWhole(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
		if err = os.Rename(f.Name(), name); err == nil {
			return nil
		}
		err = os.WriteFile(name, []byte(text), 0o644)
	}
	return errors.Join(err, os.Remove(f.Name()))
}
