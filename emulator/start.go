package emulator

// TB is the part of *testing.T that [Start] uses. It keeps package testing
// out of programs that embed an emulator.
type TB interface {
	Helper()
	Cleanup(func())
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Start runs an emulator on a loopback port for the length of a test. The test
// fails when an answer was the emulator's own fault, when a [Fault] was not used
// as often as it says, and at once when [Emulator.Fault], [Emulator.Handle] or
// [Emulator.Throttle] return an error.
func Start(t TB, opts ...Option) *Emulator {
	t.Helper()
	e, err := New(opts...)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	e.test = t
	if err := e.Listen("127.0.0.1:0"); err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	t.Cleanup(func() {
		t.Helper()
		if err := e.Close(); err != nil {
			t.Errorf("emulator: close: %v", err)
		}
		for _, failure := range e.takeFailures() {
			t.Errorf("emulator: internal failure in %s", failure)
		}
		for _, fault := range e.faults.unused() {
			t.Errorf("emulator: fault %s", fault)
		}
	})
	return e
}

// mistake fails the test of an emulator from Start, unless it is over.
func (e *Emulator) mistake(err error) error {
	e.test.Helper()
	select {
	case <-e.closing:
	default:
		if err != nil {
			e.test.Errorf("%v", err)
		}
	}
	return err
}

// noTest is the test of an emulator that is not from Start.
type noTest struct{}

func (noTest) Helper()               {}
func (noTest) Cleanup(func())        {}
func (noTest) Logf(string, ...any)   {}
func (noTest) Errorf(string, ...any) {}
func (noTest) Fatalf(string, ...any) {}
