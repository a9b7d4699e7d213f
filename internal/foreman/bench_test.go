package foreman

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// BenchmarkDecodePage measures what a plan spends on each thousand tokens once the server has
// responded.
func BenchmarkDecodePage(b *testing.B) {
	body := page(b, pageSize)

	system, err := New(Options{
		Client:   rest.Options{BaseURL: "http://127.0.0.1:1"},
		Username: foremanserver.AdminLogin, Password: foremanserver.AdminPassword,
	})
	if err != nil {
		b.Fatal(err)
	}

	request := rest.Request{Method: http.MethodGet, Segments: segments("users", "1", "personal_access_tokens")}
	response := rest.Response{Status: http.StatusOK, MediaType: "application/json", Body: body}

	b.SetBytes(int64(len(body)))
	b.ReportAllocs()

	for b.Loop() {
		var decoded envelope[tokenRecord]
		if err := system.decode(request, response, &decoded); err != nil {
			b.Fatal(err)
		}

		tokens := make([]pat.Token, 0, len(decoded.Results))
		for _, record := range decoded.Results {
			tokens = append(tokens, record.token())
		}

		if len(tokens) != pageSize || tokens[pageSize-1].Name == "" {
			b.Fatalf("%d tokens, want %d", len(tokens), pageSize)
		}
	}
}

// page returns the body of a list of n tokens, as the sandbox writes it.
func page(b *testing.B, n int) []byte {
	b.Helper()

	server := foremanserver.New(foremanserver.Options{})

	for i := range n {
		expires := time.Now().AddDate(0, 0, i+1)
		if _, _, err := server.AddToken(foremanserver.AdminLogin, fmt.Sprintf("bench-%d", i), expires); err != nil {
			b.Fatal(err)
		}
	}

	url := fmt.Sprintf("/api/users/%d/personal_access_tokens?per_page=%d",
		server.UserID(foremanserver.AdminLogin), n)
	request := httptest.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
	request.SetBasicAuth(foremanserver.AdminLogin, foremanserver.AdminPassword)

	recorder := httptest.NewRecorder()
	server.ServeHTTP(recorder, request)

	if recorder.Code != http.StatusOK {
		b.Fatalf("HTTP %d: %s", recorder.Code, recorder.Body)
	}

	return recorder.Body.Bytes()
}
