package watch

import "syscall"

// kinds are file systems on which others than this machine's kernel may write,
// or that pass no events on (linux/magic.h).
var kinds = map[int64]string{
	0x6969:     "NFS",
	0xff534d42: "a Windows share (CIFS)",
	0xfe534d42: "a Windows share (SMB2)",
	0x517b:     "a Windows share (SMB)",
	0x01021997: "a shared folder (9p)", // WSL's /mnt, virtual machines
	0x65735546: "FUSE",
	0x786f4256: "a VirtualBox shared folder",
	0xbacbacbc: "a VMware shared folder",
	0x6a656a63: "a virtual machine's shared folder (virtiofs)",
	0x5346414f: "AFS",
	0x00c36400: "Ceph",
}

// silent names the file system of dir when its events cannot be trusted, else "".
func silent(dir string) string {
	var st syscall.Statfs_t
	if syscall.Statfs(dir, &st) != nil {
		return ""
	}
	return kinds[int64(uint32(st.Type))]
}
