package main

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// unaskedFor is an environment variable that turns this test's program into a client of the server
// that it names.
const unaskedFor = "OPSACCESS_TEST_UNASKED"

// askUnasked sends requests to a server that sends more than it announces. It runs in a separate
// process, whose output the test reads.
func askUnasked(url string) {
	if os.Getenv(unaskedFor+"_QUIET") != "" {
		quiet()
	}

	client := http.Client{Transport: &http.Transport{}}

	for range 50 {
		response, err := client.Get(url) //nolint:gosec,noctx // The test names the server, and the process ends soon.
		if err != nil {
			continue
		}

		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}

	log.Print("the end")
}

// TestUnsolicitedBytesOfAServerAreNotPrinted has a server send more than it announced.
func TestUnsolicitedBytesOfAServerAreNotPrinted(t *testing.T) {
	t.Parallel()

	const secret = "fresh-secret"

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)

			return
		}
		defer func() { _ = connection.Close() }()

		_, _ = io.WriteString(connection, "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"+secret)
		_, _ = connection.Read(make([]byte, 1))
	}))
	t.Cleanup(server.Close)

	for quiet, shows := range map[string]bool{"": true, "1": false} {
		child := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // It is this program.
		child.Env = append(os.Environ(), unaskedFor+"="+server.URL, unaskedFor+"_QUIET="+quiet)

		output, err := child.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, output)
		}

		if strings.Contains(string(output), secret) != shows {
			t.Errorf("quiet %q: printed %s", quiet, output)
		}
	}
}
