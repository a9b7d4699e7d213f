package foremanserver

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestClientIP(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		from, forwarded, want string
	}{
		"a client":                         {"192.0.2.1:5", "", "192.0.2.1"},
		"a client that forges the header":  {"192.0.2.1:5", "192.0.2.9", "192.0.2.1"},
		"a proxy on this machine":          {"127.0.0.1:5", "192.0.2.9", "192.0.2.9"},
		"the last hop that is not a proxy": {"[::1]:5", "192.0.2.8, 192.0.2.9, 127.0.0.1", "192.0.2.9"},
		"this machine":                     {"127.0.0.1:5", "", "127.0.0.1"},
		"a proxy without a usable address": {"127.0.0.1:5", "unknown, ::1", "127.0.0.1"},
		"an address without a port":        {"pipe", "192.0.2.9", "pipe"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			request.RemoteAddr = test.from
			request.Header.Set("X-Forwarded-For", test.forwarded)
			if have := clientIP(request); have != test.want {
				t.Errorf("have %s, want %s", have, test.want)
			}
		})
	}
}
