// Package emulator is the Services API in one process: all seventeen
// operations with state, the token server of Login with Amazon, the document
// store behind upload URLs, usage plans, and one clock that drives them.
//
// In a test:
//
//	emu := emulator.Start(t)
//	login := emu.Credentials()
//	// point a client at emu.URL() and emu.TokenURL()
//
// Inside testing/synctest, where sockets would block the bubble, take
// [New] and [Emulator.Transport] instead of [Start].
//
// [Emulator.Fault] disturbs requests, [Emulator.Handle] answers them by hand,
// [Emulator.Requests] and [Emulator.WaitFor] tell what was asked. The state
// begins with a [Seed] and goes back to it with [Emulator.Reset].
//
// docs/emulator.md says which rules Amazon documents and which are assumed.
package emulator
