//go:build unix && !linux

package process

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"syscall"
)

// checkSocketPath checks that a socket's address has room for the path.
func checkSocketPath(path string) error {
	if limit := len(syscall.RawSockaddrUnix{}.Path); len(path) >= limit {
		return fmt.Errorf("process: New: Options.Dir: sockets below it have paths of %d bytes, the limit is %d: take a "+
			"shorter one", len(path), limit-1)
	}
	return nil
}

func dialSocket(ctx context.Context, dir string) (net.Conn, error) {
	var dialer net.Dialer
	return dialer.DialContext(ctx, "unix", filepath.Join(dir, socketName))
}
