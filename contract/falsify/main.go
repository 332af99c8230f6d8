// Command falsify tries the tests: it breaks one guard at a time in a copy of
// the repository, and the test that is named after the guard has to fail.
//
//	go run ./contract/falsify [-run regexp] [-every n] [-list]
//
// It exits with 1 when a mutant survives, cannot be built or does not apply any
// more: when a guard moves, its mutant moves with it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"
)

// mutant is a guard that is taken away, and the test that has to notice.
type mutant struct {
	name   string
	file   string // in the repository, where guard stands exactly once
	guard  string
	broken string // what stands in its place
	tests  string // directory of the package that has it
	test   string // regular expression of its name
}

var mutants = slices.Concat(
	requestMutants,
	transportMutants,
	answerMutants,
	tokenMutants,
	pacingMutants,
	emulatorMutants,
	ruleMutants,
	serverMutants,
	contractMutants,
	configMutants,
	dataMutants,
	programMutants,
	errorMutants,
)

// verdict is what became of a mutant.
type verdict string

const (
	killed   verdict = "killed"
	survived verdict = "SURVIVED"
	unusable verdict = "UNUSABLE" // says nothing about the test
)

type result struct {
	mutant  mutant
	verdict verdict
	reason  string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "falsify:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("falsify", flag.ContinueOnError)
	pattern := flags.String("run", "", "only the mutants whose name matches this `regexp`")
	every := flags.Int("every", 1, "only every `n`th of the mutants")
	list := flags.Bool("list", false, "list the mutants and stop")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(*pattern, *every)
	if err != nil {
		return err
	}
	if *list {
		return printMutants(out, chosen)
	}
	t, err := copyTree(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.remove()) }()
	results := make([]result, 0, len(chosen))
	for _, m := range chosen {
		started := time.Now()
		r := t.try(ctx, m)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		results = append(results, r)
		if _, err := fmt.Fprintf(out, "%-8s %s (%.1f s)\n", r.verdict, m.name, time.Since(started).Seconds()); err != nil {
			return err
		}
	}
	return report(out, results)
}

func choose(pattern string, every int) (chosen []mutant, err error) {
	matching, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	if every < 1 {
		return nil, fmt.Errorf("-every is %d, must be at least 1", every)
	}
	matches := 0
	for _, m := range mutants {
		if !matching.MatchString(m.name) {
			continue
		}
		if matches%every == 0 {
			chosen = append(chosen, m)
		}
		matches++
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no mutant's name matches %q", pattern)
	}
	return chosen, nil
}

func printMutants(out io.Writer, list []mutant) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, m := range list {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", m.name, m.file, m.tests, m.test) // Flush tells
	}
	return table.Flush()
}

// report prints how many were killed, and a table of the others.
func report(out io.Writer, results []result) error {
	left := slices.DeleteFunc(slices.Clone(results), func(r result) bool { return r.verdict == killed })
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(table, "\n%d of %d mutants killed\n", len(results)-len(left), len(results))
	for _, r := range left {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.verdict, r.mutant.name, r.mutant.file, r.mutant.test, r.reason)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(left) > 0 {
		return fmt.Errorf("%d mutants were not killed", len(left))
	}
	return nil
}
