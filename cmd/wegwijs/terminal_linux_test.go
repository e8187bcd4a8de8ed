package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// terminalFor runs a program whose output is a terminal and writes what that
// shows to a file. See [TestScript].
func terminalFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: terminal file program args…")
	}
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	ts.Check(err)
	defer ours.Close()
	ts.Check(unix.IoctlSetPointerInt(int(ours.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(ours.Fd()), unix.TIOCGPTN)
	ts.Check(err)
	theirs, err := os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	ts.Check(err)
	cmd := exec.Command(args[1], args[2:]...) // Main has put this program on the path
	cmd.Dir = ts.MkAbs(".")
	cmd.Stdout, cmd.Stderr = theirs, theirs
	for _, k := range []string{"PATH", "HOME", "TERM", "NO_COLOR"} {
		if v := ts.Getenv(k); v != "" {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
	}
	ts.Check(cmd.Start())
	theirs.Close()
	var b bytes.Buffer
	io.Copy(&b, ours) // ends with an error once the program has closed its side
	if _, ended := cmd.Wait().(*exec.ExitError); !ended && !cmd.ProcessState.Success() {
		ts.Fatalf("%s did not run", args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), bytes.ReplaceAll(b.Bytes(), []byte("\r\n"), []byte("\n")), 0o644))
}
