//go:build !unix

package output

import "os"

// access does not know on systems where rights are not those of the folder.
func access(*os.Root, string) error { return nil }
