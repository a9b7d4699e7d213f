package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestReplayReportsThatAllResponsesMatch(t *testing.T) {
	t.Parallel()
	var out, errOut bytes.Buffer
	if code := run(t.Context(), []string{"-replay"}, &out, &errOut); code != exitOK {
		t.Errorf("exit code %d, want 0; %s", code, errOut.String())
	}
	const want = "269 of 269 recorded exchanges get the same response as from the real server\n"
	if out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

func TestInvalidCommandLines(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		code int
		want string
	}{
		"no address":                         {args: nil, code: exitUsage, want: "no address"},
		"an argument":                        {args: []string{"-foreman", "127.0.0.1:0", "more"}, code: exitUsage, want: "unexpected argument"},
		"an unknown flag":                    {args: []string{"-satellite", "x"}, code: exitUsage, want: "not defined"},
		"an invalid fault":                   {args: []string{"-fault", "kind=earthquake"}, code: exitUsage, want: "earthquake"},
		"an address other than loopback":     {args: []string{"-foreman", "0.0.0.0:0"}, code: exitFailed, want: "not a loopback address"},
		"a missing file of users":            {args: []string{"-foreman", "127.0.0.1:0", "-users", "nowhere.json"}, code: exitFailed, want: "nowhere.json"},
		"a missing file of controller users": {args: []string{"-universal-controller", "127.0.0.1:0", "-universal-controller-users", "nowhere.json"}, code: exitFailed, want: "nowhere.json"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errOut bytes.Buffer
			if code := run(t.Context(), test.args, &out, &errOut); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if !strings.Contains(errOut.String(), test.want) {
				t.Errorf("printed %q on stderr, want it to contain %q", errOut.String(), test.want)
			}
			if out.Len() != 0 {
				t.Errorf("printed %q, want nothing", out.String())
			}
		})
	}
}

func TestServesUntilInterrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	users := filepath.Join(dir, "users.json")
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(users, []byte(`{"users":[{"login":"alice","password":"pw"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	url, stop := start(t, "-foreman", "127.0.0.1:0", "-users", users, "-foreman-version", "3.1.0", "-foreman-prefix", "/foreman",
		"-tls-ca", ca, "-fault", "path=/api/ping,status=503,retry-after=1", "-cores", "2", "-latency-login", "1ns")
	client := trusting(t, ca)

	if status, _ := get(t, client, url+"/api/ping", ""); status != http.StatusServiceUnavailable {
		t.Errorf("the request with the fault got status %d, want 503", status)
	}
	status, body := get(t, client, url+"/api/status", "alice")
	if status != http.StatusOK || !strings.Contains(body, `"version":"3.1.0"`) {
		t.Errorf("/api/status responded %d %s, want 200 and version 3.1.0", status, body)
	}
	if status, body := get(t, client, strings.TrimSuffix(url, "/foreman")+"/_sandbox/journal", ""); status != http.StatusOK || !strings.Contains(body, `"user": "alice"`) {
		t.Errorf("the journal responded %d %s, want it to contain alice", status, body)
	}
	if code := stop(); code != exitOK {
		t.Errorf("exit code %d after the interrupt, want 0", code)
	}
}

// TestPrintsTheVariablesOfTheProvider checks that the printed export command can be pasted into
// another terminal.
func TestPrintsTheVariablesOfTheProvider(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errOut bytes.Buffer
	if code := run(ctx, []string{"-foreman", "127.0.0.1:0", "-universal-controller", "127.0.0.1:0"}, &out, &errOut); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errOut.String())
	}
	fields := strings.Fields(out.String())
	if len(fields) != 4 {
		t.Fatalf("printed %q, want two names and two URLs", out.String())
	}
	for _, want := range []string{
		"export FOREMAN_SERVER_URL=" + fields[1] + " ", "FOREMAN_USERNAME=admin ", "FOREMAN_PASSWORD=changeme ",
		"STONEBRANCH_BASE_URL=" + fields[3] + " ", "STONEBRANCH_USERNAME=ops.admin ", "STONEBRANCH_PASSWORD=ops.admin\n", "Ctrl-C",
	} {
		if !strings.Contains(errOut.String(), want) {
			t.Errorf("printed %q on stderr, want it to contain %q", errOut.String(), want)
		}
	}
}

func TestClockFlags(t *testing.T) {
	t.Parallel()
	for flag, checks := range map[string]func(date string) bool{
		"-clock-ahead=36h":  func(date string) bool { return isAhead(date, 36*time.Hour) },
		"-clock-ahead=-36h": func(date string) bool { return isAhead(date, -36*time.Hour) },
		"-no-date":          func(date string) bool { return date == "" },
	} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()
			url, stop := start(t, "-foreman", "127.0.0.1:0", flag)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/ping", nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if date := response.Header.Get("Date"); !checks(date) {
				t.Errorf("the Date is %q", date)
			}
			if code := stop(); code != exitOK {
				t.Errorf("exit code %d after the interrupt, want 0", code)
			}
		})
	}
}

// isAhead reports whether a date is this far ahead of the machine's clock, to the hour.
func isAhead(date string, ahead time.Duration) bool {
	at, err := http.ParseTime(date)
	return err == nil && time.Until(at).Round(time.Hour) == ahead
}

// start runs the command. It returns the URL that the command prints, and a function that
// interrupts the command and returns its exit code.
func start(t *testing.T, args ...string) (url string, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, args, write, io.Discard)
		_ = write.Close()
	}()
	line := make([]byte, 256)
	n, err := read.Read(line)
	if err != nil {
		cancel()
		t.Fatalf("the command printed nothing: %v", err)
	}
	name, url, _ := strings.Cut(strings.TrimSuffix(string(line[:n]), "\n"), " ")
	if name != "foreman" {
		t.Errorf("the line names %q, want foreman", name)
	}
	t.Cleanup(cancel)
	return url, func() int {
		cancel()
		return <-done
	}
}

func trusting(t *testing.T, ca string) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(ca) //nolint:gosec // It is a file in this test's directory.
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatal("the authority's file contains no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func get(t *testing.T, client *http.Client, url, login string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if login != "" {
		request.SetBasicAuth(login, "pw")
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}
