package notify

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// kinds are file systems on which others than this machine's kernel may write,
// or that pass no events on (linux/magic.h).
var kinds = map[uint32]diag.Phrase{
	0x6969:     "NFS",
	0xff534d42: diag.Phrase("a Windows share"),
	0xfe534d42: diag.Phrase("a Windows share"),
	0x517b:     diag.Phrase("a Windows share"),
	0x01021997: diag.Phrase("a shared folder (9p)"), // WSL's /mnt, virtual machines
	0x65735546: "FUSE",
	0x786f4256: diag.Phrase("a VirtualBox shared folder"),
	0xbacbacbc: diag.Phrase("a VMware shared folder"),
	0x6a656a63: diag.Phrase("a virtual machine's shared folder (virtiofs)"),
	0x5346414f: "AFS",
	0x00c36400: "Ceph",
}

// silent names the file system at path when its events cannot be trusted, else
// "".
func silent(path string) string {
	var st syscall.Statfs_t
	if syscall.Statfs(path, &st) != nil {
		return ""
	}
	return string(kinds[uint32(st.Type)])
}

// why says in one line why there are no events and what would help. folders is
// how many the site has.
func why(err error, folders int) diag.Said {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		n, _ := sysctl("max_user_watches")
		return diag.Said(diag.Say("the system's limit of watched folders is reached, and this site has %d: looking at all files instead; for events: sudo sysctl fs.inotify.max_user_watches=%d", folders, max(524288, 2*folders, 2*n)))
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		n, _ := sysctl("max_user_instances")
		return diag.Said(diag.Say("the system's limit of programs that watch files is reached: looking at all files instead; for events: sudo sysctl fs.inotify.max_user_instances=%d, or close some", max(1024, 2*n)))
	}
	return noEvents(err)
}

// sysctl returns one of the limits of inotify(7).
func sysctl(name string) (int, bool) {
	data, err := os.ReadFile("/proc/sys/fs/inotify/" + name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(data)))
	return n, err == nil
}
