// Package emulator is the Services API in one process: all seventeen
// operations with state, the token server of Login with Amazon, the document
// store behind upload URLs, and one clock that drives them.
//
// In a test:
//
//	emu := emulator.Start(t)
//	login := emu.Credentials()
//	// point a client at emu.URL() and emu.TokenURL()
//
// Inside testing/synctest, where sockets would block the bubble, take
// [New] and [Emulator.Transport] instead of [Start].
package emulator
