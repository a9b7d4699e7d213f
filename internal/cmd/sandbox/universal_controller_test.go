package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestServesUniversalControllerAloneAndWithForeman(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		// names are the platforms in the printed line; context ends the URL.
		names   []string
		context string
	}{
		"alone":           {names: []string{"universal-controller"}, context: "/uc"},
		"with Foreman":    {args: []string{"-foreman", "127.0.0.1:0"}, names: []string{"foreman", "universal-controller"}, context: "/uc"},
		"at the root":     {args: []string{"-universal-controller-context", "/"}, names: []string{"universal-controller"}},
		"at another path": {args: []string{"-universal-controller-context", "/prod/"}, names: []string{"universal-controller"}, context: "/prod"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"-universal-controller", "127.0.0.1:0", "-fault", "path=/user$,status=503"}, test.args...)
			urls := printed(t, args)
			if len(urls) != len(test.names) {
				t.Fatalf("printed %v, want %v", urls, test.names)
			}
			for _, name := range test.names {
				if urls[name] == "" {
					t.Fatalf("printed %v, want %v", urls, test.names)
				}
			}
			base := urls["universal-controller"]
			if parsed, err := url.Parse(base); err != nil || parsed.Path != test.context {
				t.Errorf("the URL is %s, want the path %q", base, test.context)
			}
			if status, _ := get(t, http.DefaultClient, base+"/resources/user", ""); status != http.StatusServiceUnavailable {
				t.Errorf("the request with the fault got status %d, want 503", status)
			}
			if status, _ := get(t, http.DefaultClient, base+"/resources/user/list", ""); status != http.StatusUnauthorized {
				t.Errorf("the list got status %d, want 401", status)
			}
		})
	}
}

func TestUniversalControllerHasTheUsersInTheFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "users.json")
	text := `{"users":[{"userName":"alice","userPassword":"pw","roles":["ops_user_admin"]},{"userName":"bob","userPassword":"pw"}]}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	base := printed(t, []string{"-universal-controller", "127.0.0.1:0", "-universal-controller-users", file})["universal-controller"]
	for login, want := range map[string]int{"alice": http.StatusOK, "bob": http.StatusForbidden, "carol": http.StatusUnauthorized} {
		if status, _ := get(t, http.DefaultClient, base+"/resources/user/list", login); status != want {
			t.Errorf("the list got status %d for %s, want %d", status, login, want)
		}
	}
}

// printed runs the command until the test ends. It returns the URLs in the printed line, by
// platform.
func printed(t *testing.T, args []string) map[string]string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	var errOut bytes.Buffer
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(ctx, args, write, &errOut)
		_ = write.Close()
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	line := make([]byte, 512)
	n, err := read.Read(line)
	if err != nil {
		cancel()
		<-done
		t.Fatalf("the command printed nothing: %s", errOut.String())
	}
	words := strings.Fields(string(line[:n]))
	urls := map[string]string{}
	for len(words) >= 2 {
		urls[words[0]], words = words[1], words[2:]
	}
	return urls
}
