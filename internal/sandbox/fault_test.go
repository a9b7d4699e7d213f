package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// realAnswer is the response of these tests' server without a fault.
const realAnswer = `{"real":"answer"}`

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault sandbox.Fault
		// work is how many requests the server processed.
		work     int32
		status   int
		body     string
		header   map[string]string
		readFail bool
		sendFail bool
	}{
		"a dropped connection before the work": {
			fault: sandbox.Fault{Kind: sandbox.FaultDrop}, sendFail: true,
		},
		"a dropped connection after the work": {
			fault: sandbox.Fault{Kind: sandbox.FaultDrop, AfterWork: true}, work: 1, sendFail: true,
		},
		"503 as a page before the work": {
			fault:  sandbox.Fault{Kind: sandbox.FaultAnswer, Status: 503, ContentType: "text/html", RetryAfter: "7"},
			status: 503, body: "<html><head><title>503 Service Unavailable</title></head><body><h1>Service Unavailable</h1></body></html>\n",
			header: map[string]string{"Retry-After": "7", "Content-Type": "text/html"},
		},
		"502 as JSON after the work": {
			fault: sandbox.Fault{Kind: sandbox.FaultAnswer, Status: 502, ContentType: "application/json", AfterWork: true},
			work:  1, status: 502, body: `{"message":"Bad Gateway"}`, header: map[string]string{"Retry-After": ""},
		},
		"429 as text": {
			fault: sandbox.Fault{Kind: sandbox.FaultAnswer, Status: 429}, status: 429, body: "Too Many Requests\n",
		},
		"any status, type and body": {
			fault:  sandbox.Fault{Kind: sandbox.FaultAnswer, Status: 207, ContentType: "x/y", Body: "z"},
			status: 207, body: "z", header: map[string]string{"Content-Type": "x/y"},
		},
		"half of the real body": {
			fault: sandbox.Fault{Kind: sandbox.FaultTruncate}, work: 1, status: 201, body: realAnswer[:len(realAnswer)/2], readFail: true,
		},
		"the real body, slowly": {
			fault: sandbox.Fault{Kind: sandbox.FaultDrip, Pause: time.Nanosecond}, work: 1, status: 201, body: realAnswer,
		},
		"a redirect": {
			fault:  sandbox.Fault{Kind: sandbox.FaultRedirect, Location: "https://elsewhere.example/"},
			status: 302, header: map[string]string{"Location": "https://elsewhere.example/"},
		},
		"a redirect that keeps the method": {
			fault:  sandbox.Fault{Kind: sandbox.FaultRedirect, Status: 308, Location: "/x"},
			status: 308, header: map[string]string{"Location": "/x"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			console, url, work := faultyServer(t)
			console.AddFault(test.fault)
			response, err := fresh().Do(newRequest(t, http.MethodPost, url+"/x", ""))
			if (err != nil) != test.sendFail {
				t.Fatalf("error %v, want one: %t", err, test.sendFail)
			}
			if n := work.Load(); n != test.work {
				t.Errorf("the work was done %d times, want %d", n, test.work)
			}
			journal := console.Requests()
			if len(journal) != 1 || journal[0].Status != test.status || journal[0].Fault != test.fault.Kind.String() {
				t.Errorf("journal %+v, want one request with status %d and the name of the fault", journal, test.status)
			}
			if err != nil {
				return
			}
			defer func() { _ = response.Body.Close() }()
			body, err := io.ReadAll(response.Body)
			if (err != nil) != test.readFail {
				t.Errorf("read the body: error %v, want one: %t", err, test.readFail)
			}
			if response.StatusCode != test.status || string(body) != test.body {
				t.Errorf("response %d %q, want %d %q", response.StatusCode, body, test.status, test.body)
			}
			for key, want := range test.header {
				if have := response.Header.Get(key); have != want {
					t.Errorf("header %s is %q, want %q", key, have, want)
				}
			}
		})
	}
}

func TestFaultAffectsOnlySelectedRequests(t *testing.T) {
	t.Parallel()
	console, url, _ := faultyServer(t)
	console.AddFault(sandbox.Fault{
		Match: sandbox.Match{Method: http.MethodGet, Path: regexp.MustCompile("/tokens$"), Nth: 2, Count: 2},
		Kind:  sandbox.FaultAnswer, Status: 503,
	})
	// The second fault also counts the requests on which the first one acts.
	console.AddFault(sandbox.Fault{Match: sandbox.Match{Path: regexp.MustCompile("/tokens$"), Nth: 6}, Kind: sandbox.FaultAnswer, Status: 500})
	var have []int
	for _, what := range []string{
		"GET /tokens", "POST /tokens", "GET /other", "GET /tokens", "GET /tokens", "GET /tokens", "GET /tokens", "GET /tokens",
	} {
		method, path, _ := strings.Cut(what, " ")
		status, _ := do(t, newRequest(t, method, url+path, ""))
		have = append(have, status)
	}
	if diff := cmp.Diff([]int{201, 201, 201, 503, 503, 201, 500, 201}, have); diff != "" {
		t.Errorf("statuses (-want +have):\n%s", diff)
	}
	console.AddFault(sandbox.Fault{Match: sandbox.Match{Count: sandbox.Always}, Kind: sandbox.FaultAnswer, Status: 500})
	for range 3 {
		if status, _ := do(t, newRequest(t, http.MethodGet, url, "")); status != 500 {
			t.Errorf("status %d, want 500", status)
		}
	}
	console.ClearFaults()
	if status, _ := do(t, newRequest(t, http.MethodGet, url, "")); status != 201 {
		t.Errorf("status %d without faults, want 201", status)
	}
}

func TestEndlessBodyEndsWhenTheClientGivesUp(t *testing.T) {
	t.Parallel()
	console, url, _ := faultyServer(t)
	console.AddFault(sandbox.Fault{Kind: sandbox.FaultEndless, ContentType: "application/json", Body: `{"results":"`})
	response, err := fresh().Do(newRequest(t, http.MethodGet, url, ""))
	if err != nil {
		t.Fatal(err)
	}
	const enough = 1 << 20
	begin := make([]byte, enough)
	if _, err := io.ReadFull(response.Body, begin); err != nil {
		t.Errorf("read the first %d bytes of the body: %v", enough, err)
	}
	if !strings.HasPrefix(string(begin), `{"results":"xxx`) {
		t.Errorf("the body begins with %q", begin[:20])
	}
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
}

func TestHangingRequestEndsWithTheClientOrTheServer(t *testing.T) {
	t.Parallel()
	console, url, _ := faultyServer(t)
	console.AddFault(sandbox.Fault{Match: sandbox.Match{Count: sandbox.Always}, Kind: sandbox.FaultHang})
	ctx, cancel := context.WithCancel(t.Context())
	console.Before(sandbox.Match{}, func(*http.Request) { cancel() })
	_, err := fresh().Do(newRequest(t, http.MethodGet, url, "").WithContext(ctx)) //nolint:bodyclose // There is no response.
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled from the client", err)
	}

	console, handler := hanging()
	running, err := sandbox.Start(handler, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	console.Before(sandbox.Match{}, func(*http.Request) { go func() { _ = running.Close() }() })
	if _, err := fresh().Do(newRequest(t, http.MethodGet, running.URL(), "")); err == nil { //nolint:bodyclose // There is no response.
		t.Error("a closed server sent a response")
	}
}

func hanging() (*sandbox.Console, http.Handler) {
	console := sandbox.NewConsole(sandbox.Options{})
	console.AddFault(sandbox.Fault{Kind: sandbox.FaultHang})
	return console, console.Wrap(http.NotFoundHandler())
}

func TestParseFault(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spec string
		want sandbox.Fault
		err  string
	}{
		"every key": {
			spec: "method=post,path=/tokens$,nth=2,count=3,kind=answer,after=work,status=503,type=html,body=x,retry-after=1,location=/y,pause=1s",
			want: sandbox.Fault{
				Match: sandbox.Match{Method: "POST", Path: regexp.MustCompile("/tokens$"), Nth: 2, Count: 3},
				Kind:  sandbox.FaultAnswer, AfterWork: true, Status: 503, ContentType: "text/html; charset=utf-8", Body: "x",
				RetryAfter: "1", Location: "/y", Pause: time.Second,
			},
		},
		"a status is an answer": {spec: "status=500,count=always", want: sandbox.Fault{Match: sandbox.Match{Count: sandbox.Always}, Kind: sandbox.FaultAnswer, Status: 500}},
		"a kind alone":          {spec: "kind=hang", want: sandbox.Fault{Kind: sandbox.FaultHang}},
		"nothing goes wrong":    {spec: "method=GET", err: "unknown kind"},
		"no value":              {spec: "drop", err: "not KEY=VALUE"},
		"an unknown key":        {spec: "kind=drop,when=now", err: "when: unknown key"},
		"a bad pattern":         {spec: "kind=drop,path=(", err: "path"},
		"a bad number":          {spec: "kind=drop,nth=two", err: "nth"},
		"a bad after":           {spec: "kind=drop,after=lunch", err: "want work"},
		"a bad status":          {spec: "status=42", err: "not between"},
	}
	patterns := cmp.Transformer("pattern", func(r *regexp.Regexp) string {
		if r == nil {
			return ""
		}
		return r.String()
	})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			have, err := sandbox.ParseFault(test.spec)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want one with %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, have, patterns); diff != "" {
				t.Errorf("fault (-want +have):\n%s", diff)
			}
		})
	}
}

// faultyServer starts a server and returns it with the count of the requests that it processed.
func faultyServer(t *testing.T) (*sandbox.Console, string, *atomic.Int32) {
	t.Helper()
	console := sandbox.NewConsole(sandbox.Options{})
	work := &atomic.Int32{}
	return console, listen(t, console.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		work.Add(1)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, realAnswer)
	}))), work
}
