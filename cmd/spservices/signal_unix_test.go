//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestMainChild is the program in a process of its own, for the test below.
func TestMainChild(t *testing.T) {
	seed := os.Getenv("SPSERVICES_TEST_SEED")
	if seed == "" {
		t.Skip("runs as a process of its own")
	}
	os.Args = []string{"spservices", "emulator", "--addr", "127.0.0.1:0", "--seed", seed}
	main()
}

// TestASecondSignalEndsTheProgram holds it while it starts, where nothing looks
// at the context: it reads a pipe that nothing is written to.
func TestASecondSignalEndsTheProgram(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "seed")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestMainChild$")
	program.Env = append(os.Environ(), "SPSERVICES_TEST_SEED="+pipe)
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	writer, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits until the program reads
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = writer.Close() }()
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	limit := time.NewTimer(10 * time.Second)
	defer limit.Stop()
	for {
		select {
		case <-again.C:
			_ = program.Process.Signal(syscall.SIGTERM)
		case err := <-ended:
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
				t.Errorf("the program ends with %v", err)
			}
			return
		case <-limit.C:
			_ = program.Process.Kill()
			t.Fatalf("signals do not end the program; killed, it ends with %v", <-ended)
		}
	}
}
