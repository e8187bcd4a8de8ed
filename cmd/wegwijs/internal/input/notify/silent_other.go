//go:build !linux

package notify

import (
	"errors"
	"syscall"

	"wegwijs/cmd/wegwijs/internal/diag"
)

func silent(string) string { return "" }

func why(err error, folders int) diag.Said {
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return diag.Said(diag.Say("the system's limit of open files is reached, and this site has %d folders: looking at all files instead; for events: ulimit -n %d", folders, max(10240, 4*folders)))
	}
	return noEvents(err)
}

func sysctl(string) (int, bool) { return 0, false }
