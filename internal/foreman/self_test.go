package foreman

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// Who asks is learned once, and whoever gives up meanwhile does not wait for that.
func TestCurrentUserWaitsNoLongerThanItsContext(t *testing.T) {
	t.Parallel()

	asked, gaveUp := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-gaveUp
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id": 4, "login": "admin"}`)
	}))
	t.Cleanup(server.Close)

	s, err := New(Options{
		Client: rest.Options{BaseURL: server.URL, RequestTimeout: 20 * time.Second}, Username: "admin", Password: "changeme",
	})
	if err != nil {
		t.Fatal(err)
	}

	first := make(chan error, 1)

	go func() {
		_, err := s.CurrentUser(t.Context())
		first <- err
	}()

	<-asked

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	if _, err := s.CurrentUser(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the second caller got %v", err)
	}

	close(gaveUp)

	if err := <-first; err != nil {
		t.Errorf("the second caller gave up after the first, which got %v", err)
	}
}
