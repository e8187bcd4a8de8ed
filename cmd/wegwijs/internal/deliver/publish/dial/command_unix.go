//go:build unix

package dial

import "os/exec"

// command runs ssh so that Ctrl-C, which the terminal sends to every program of
// the command, does not end it: the lock is given back over it. ssh leaves a
// signal ignored that it finds so.
func command(program string, args []string) *exec.Cmd {
	return exec.Command("/bin/sh", append([]string{"-c", `trap "" INT; exec "$@"`, "sh", program}, args...)...)
}
