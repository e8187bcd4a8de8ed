package webdriver

import (
	"os/exec"
	"syscall"
)

// tether ends the program when the tests die without ending it.
func tether(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} }
