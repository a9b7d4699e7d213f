package rest

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// progress tells how far an attempt came. The hooks may run on other goroutines.
type progress struct {
	// began is set once net/http has accepted the request and looks for a connection.
	began atomic.Bool
	// connected is set once there is one: from then on bytes may have gone out.
	connected atomic.Bool
	// reused is set if the connection had served a request before.
	reused atomic.Bool
	// shaken is set once both sides agreed on TLS.
	shaken atomic.Bool
}

// served says whether a failure of TLS came too late to be one of the handshake: the
// server may have carried out the request. What TLS 1.3 lets the server object to after
// the handshake, the client's certificate, it says in an alert.
func (p *progress) served(err error) bool {
	if p.reused.Load() {
		return true
	}

	alert, ok := errors.AsType[*net.OpError](err)

	return p.shaken.Load() && (!ok || alert.Op != "remote error")
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { p.began.Store(true) },
		GotConn: func(info httptrace.GotConnInfo) {
			p.connected.Store(true)
			p.reused.Store(info.Reused)
		},
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) { p.shaken.Store(err == nil) },
	}
}
