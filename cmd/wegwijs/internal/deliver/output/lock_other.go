//go:build !unix

package output

import "os"

// lock does nothing where folders cannot be locked.
func lock(*os.Root) (unlock func(), err error) { return func() {}, nil }
