//go:build linux || darwin

package remote

import "syscall"

func (l *local) Free() (int64, bool) {
	var v syscall.Statfs_t
	if err := syscall.Statfs(l.dir, &v); err != nil {
		return 0, false
	}
	return int64(v.Bavail) * int64(v.Bsize), true
}
