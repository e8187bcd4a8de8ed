package thunderbird

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// ownNetwork is set in the process that runs in a network of its own.
const ownNetwork = "WEGWIJS_OWN_NETWORK"

// TestMain runs the tests again in a network that has only a loopback: there
// the ports of mail and of the web are free whatever else runs on the machine,
// and no program can ask anyone outside.
func TestMain(m *testing.M) {
	if os.Getenv(ownNetwork) != "" {
		if err := raiseLoopback(); err != nil {
			fmt.Fprintln(os.Stderr, "raise the loopback:", err)
			os.Exit(1)
		}
		os.Exit(m.Run())
	}
	if os.Getuid() != 0 {
		os.Exit(m.Run()) // the tests say what is missing
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), ownNetwork+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(cmp.Or(max(exit.ExitCode(), 0), 1))
	}
	if err != nil { // this root may not make networks
		os.Exit(m.Run())
	}
}

// needNetwork skips a test that does not run in a network of its own.
func needNetwork(t testing.TB) {
	t.Helper()
	if os.Getenv(ownNetwork) == "" {
		testenv.Missing(t, "root that may make a network namespace")
	}
}

func raiseLoopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}
