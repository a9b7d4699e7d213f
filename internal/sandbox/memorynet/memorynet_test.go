package memorynet_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/memorynet"
)

func TestTimeoutExpiresOnlyWhenNothingElseCanHappen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		listener := memorynet.Listen()
		server := &http.Server{ReadHeaderTimeout: 24 * time.Hour, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Hour) // By the bubble's clock.
			w.Header().Set("Client", r.RemoteAddr)
			_, _ = io.WriteString(w, "answered")
		})}
		served := make(chan error, 1)
		go func() { served <- server.Serve(listener) }()

		standard, ok := http.DefaultTransport.(*http.Transport)
		if !ok {
			t.Fatalf("the transport is a %T", http.DefaultTransport)
		}
		transport := standard.Clone()
		defer transport.CloseIdleConnections()

		url := "http://" + listener.Addr().String()
		for limit, answered := range map[time.Duration]bool{59 * time.Minute: false, 61 * time.Minute: true} {
			browser := http.Client{Transport: transport, Timeout: limit}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := browser.Do(request)
			if answered != (err == nil) {
				t.Fatalf("timeout %s: %v", limit, err)
			}
			if err != nil {
				continue
			}
			body, err := io.ReadAll(response.Body)
			client := response.Header.Get("Client")
			if _, _, split := net.SplitHostPort(client); string(body) != "answered" || err != nil || split != nil {
				t.Errorf("the client %q got %q, %v", client, body, err)
			}
			_ = response.Body.Close()
		}

		time.Sleep(2 * time.Hour) // By then, the handler whose client gave up has returned.

		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
		if _, err := listener.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept after Close: %v", err)
		}
	})
}
