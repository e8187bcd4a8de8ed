//go:build !linux

package main

import "github.com/rogpeppe/go-internal/testscript"

// terminalFor is for Linux only. See [TestScript].
func terminalFor(ts *testscript.TestScript, neg bool, args []string) {
	ts.Fatalf("no terminal here: begin the script with [!linux] skip")
}
