// Package memorynet is a network in memory, for tests that run in a testing/synctest bubble. A real
// socket keeps the bubble's clock from advancing; these connections do not, so a timeout expires
// only when no goroutine can make progress, however busy the machine is.
//
// Importing the package lets [http.DefaultTransport], and every clone of it, reach the listeners.
package memorynet

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// network holds the listeners of this process by address.
var network = install()

type listeners struct {
	mu   sync.Mutex
	all  map[string]*Listener
	last int

	beyond func(ctx context.Context, network, address string) (net.Conn, error)
}

// Listener accepts connections from this process. Create it with [Listen].
type Listener struct {
	address address
	made    chan net.Conn
	closed  chan struct{}
	close   func()
}

// address is a loopback address, for which net/http uses no proxy.
type address string

// Network returns the same name as a real TCP address.
func (address) Network() string { return "tcp" }

// String returns host and port.
func (a address) String() string { return string(a) }

// conn is one end of a connection.
type conn struct {
	net.Conn

	local, remote address
}

// LocalAddr returns the address of this end.
func (c conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the address of the other end.
func (c conn) RemoteAddr() net.Addr { return c.remote }

// Listen returns a listener on an unused address. It must be called in the bubble that connects to
// it.
func Listen() *Listener {
	network.mu.Lock()
	defer network.mu.Unlock()

	network.last++

	l := &Listener{
		address: address(fmt.Sprintf("127.%d.%d.%d:8080", 64+network.last>>16&0x3f, network.last>>8&0xff, network.last&0xff)),
		made:    make(chan net.Conn), closed: make(chan struct{}),
	}
	l.close = sync.OnceFunc(func() {
		network.mu.Lock()
		defer network.mu.Unlock()

		delete(network.all, l.address.String())
		close(l.closed)
	})
	network.all[l.address.String()] = l

	return l
}

// NewServer starts a server on a new listener. The caller must close it.
func NewServer(handler http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(handler)
	_ = server.Listener.Close()
	server.Listener = Listen()
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()

	return server
}

// Accept waits for a connection.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case made := <-l.made:
		return made, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close makes the listener refuse further connections.
func (l *Listener) Close() error {
	l.close()

	return nil
}

// Addr returns the listener's address.
func (l *Listener) Addr() net.Addr { return l.address }

// install puts this network in front of the real one in http.DefaultTransport.
func install() *listeners {
	n := &listeners{all: map[string]*Listener{}}

	if standard, ok := http.DefaultTransport.(*http.Transport); ok {
		n.beyond, standard.DialContext = standard.DialContext, n.dial
	}

	return n
}

func (n *listeners) dial(ctx context.Context, network, to string) (net.Conn, error) {
	n.mu.Lock()
	l := n.all[to]
	n.mu.Unlock()

	if l == nil {
		return n.beyond(ctx, network, to)
	}

	const client = address("127.0.0.1:1")

	here, there := net.Pipe()

	select {
	case l.made <- conn{there, l.address, client}:
		return conn{here, client, l.address}, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
