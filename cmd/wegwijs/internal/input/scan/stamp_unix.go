//go:build linux || freebsd || openbsd || netbsd

package scan

import (
	"io/fs"
	"syscall"
)

func stampOf(info fs.FileInfo) stamp {
	s := stamp{size: info.Size(), mtime: info.ModTime().UnixNano(), mode: info.Mode()}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		s.inode = st.Ino
		s.change = int64(st.Ctim.Sec)*1e9 + int64(st.Ctim.Nsec)
		s.mtime = max(s.mtime, s.change) // an old time set by hand does not hide a change
	}
	return s
}
