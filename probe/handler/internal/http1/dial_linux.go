package http1

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// socket is a TCP connection to an IP address. It needs a third of the system calls and a
// tenth of the allocations of a net.TCPConn, because it sets no option, looks nothing up,
// and knows the peer's address. The wire shows no difference: a probe writes once and then
// closes, and SO_LINGER (P93) only makes close wait for the peer.
type socket struct {
	file          *os.File
	local, remote netip.AddrPort
	forget        func() bool // stops waiting for the context
}

// Dial connects to addr. The deadline is set on the connection. When ctx ends, the
// connection ends.
func Dial(ctx context.Context, addr netip.AddrPort, deadline time.Time) (net.Conn, error) {
	c, err := openSocket(ctx, addr, deadline)
	if err == nil && c.local == c.remote {
		// The kernel chose the target's port as the source, and the socket has connected to
		// itself. That means that nobody listens on the port. The kernel does not choose the
		// same port twice in a row.
		c.Close()
		c, err = openSocket(ctx, addr, deadline)
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(addr), Err: err}
	}
	return c, nil
}

func openSocket(ctx context.Context, addr netip.AddrPort, deadline time.Time) (*socket, error) {
	family, to := sockaddr(addr)
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	err = syscall.Connect(fd, to)
	if err != nil && !unfinished(err) {
		syscall.Close(fd)
		return nil, os.NewSyscallError("connect", err)
	}
	// The poller gets the socket only now, because before connect it would report a hang-up.
	c := &socket{file: os.NewFile(uintptr(fd), "tcp"), remote: addr}
	if err := c.establish(ctx, to, deadline); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// establish waits for the end of the handshake and reads the local address.
func (c *socket) establish(ctx context.Context, to syscall.Sockaddr, deadline time.Time) error {
	if err := c.file.SetDeadline(deadline); err != nil {
		return err
	}
	if ctx.Done() != nil {
		c.forget = context.AfterFunc(ctx, func() { c.file.SetDeadline(time.Unix(1, 0)) })
	}
	raw, err := c.file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Write(func(fd uintptr) bool {
		// A second connect returns the result of the first: success, its error, or that it is
		// not over. On the loopback it is already over.
		if err := syscall.Connect(int(fd), to); err != nil && err != syscall.EISCONN {
			if unfinished(err) {
				return false
			}
			failed = os.NewSyscallError("connect", err)
			return true
		}
		c.local, failed = localAddr(int(fd))
		return true
	})
	if err == nil {
		err = failed
	}
	return err
}

func unfinished(err error) bool {
	return err == syscall.EINPROGRESS || err == syscall.EALREADY || err == syscall.EINTR
}

func sockaddr(addr netip.AddrPort) (family int, to syscall.Sockaddr) {
	if addr.Addr().Is4() {
		return syscall.AF_INET, &syscall.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}
	}
	return syscall.AF_INET6, &syscall.SockaddrInet6{Port: int(addr.Port()), Addr: addr.Addr().As16()}
}

func localAddr(fd int) (netip.AddrPort, error) {
	from, err := syscall.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}, os.NewSyscallError("getsockname", err)
	}
	switch from := from.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(from.Addr), uint16(from.Port)), nil
	case *syscall.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(from.Addr), uint16(from.Port)), nil
	}
	return netip.AddrPort{}, os.NewSyscallError("getsockname", syscall.EAFNOSUPPORT)
}

func (c *socket) Read(b []byte) (int, error) {
	n, err := c.file.Read(b)
	return n, c.named("read", err)
}

func (c *socket) Write(b []byte) (int, error) {
	n, err := c.file.Write(b)
	return n, c.named("write", err)
}

// named gives an error of the file the text that package net gives it for a connection.
func (c *socket) named(op string, err error) error {
	var failed *fs.PathError
	if !errors.As(err, &failed) { // nil and io.EOF stay as they are
		return err
	}
	cause := failed.Err
	if errno, ok := cause.(syscall.Errno); ok {
		cause = os.NewSyscallError(op, errno)
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: cause}
}

func (c *socket) Close() error {
	if c.forget != nil {
		c.forget()
	}
	return c.file.Close()
}

func (c *socket) LocalAddr() net.Addr                { return net.TCPAddrFromAddrPort(c.local) }
func (c *socket) RemoteAddr() net.Addr               { return net.TCPAddrFromAddrPort(c.remote) }
func (c *socket) SetDeadline(t time.Time) error      { return c.file.SetDeadline(t) }
func (c *socket) SetReadDeadline(t time.Time) error  { return c.file.SetReadDeadline(t) }
func (c *socket) SetWriteDeadline(t time.Time) error { return c.file.SetWriteDeadline(t) }
