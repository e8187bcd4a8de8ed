//go:build !unix

package dial

import "os/exec"

func command(program string, args []string) *exec.Cmd { return exec.Command(program, args...) }
