package foreman

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/hostileserver"
)

// TestMain lets a process of this test ask a server and report what memory that took.
func TestMain(m *testing.M) { hostileserver.Main(m, askInItsOwnProcess()) }

// askInItsOwnProcess returns the calls of the test of memory.
func askInItsOwnProcess() func(hostileserver.Task) (any, error) {
	var (
		once   sync.Once
		system *System
		failed error
	)

	return func(task hostileserver.Task) (any, error) {
		once.Do(func() {
			system, failed = New(Options{
				Client:   rest.Options{BaseURL: task.URL, RequestTimeout: 5 * time.Minute},
				Username: "admin", Password: password,
			})
		})

		switch {
		case failed != nil:
			return nil, failed
		case task.Call == "users":
			return system.Users(context.Background(), pat.UserQuery{})
		default:
			return system.Tokens(context.Background(), "5", pat.TokenQuery{})
		}
	}
}

// TestNoAnswerFillsTheMemory lets a process ask for a list. The answers are 64 MiB large,
// unless they say otherwise.
func TestNoAnswerFillsTheMemory(t *testing.T) {
	t.Parallel()

	const (
		head = `{"total":20000,"subtotal":20000,"results":[`
		row  = `{"id":#,"user_id":5,"active?":true,"login":"a","name":"a"}`
	)

	text := strings.Repeat("x", 1400)
	page := func(row, tail string) hostileserver.Large {
		return hostileserver.Large{Head: head, Row: row, Separator: ",", Tail: tail}
	}
	most := func(row string) hostileserver.Large {
		large := page(row, "]}")
		large.Rows = 20_000

		return large
	}
	of := func(large hostileserver.Large, size int) hostileserver.Large {
		large.Size = size

		return large
	}

	for name, test := range map[string]struct {
		status int // 0 is 200.
		large  hostileserver.Large
		call   string
		times  int    // 0 is once.
		most   int64  // In bytes; 0 is MaxGrowth.
		want   string // Of the error; empty is none.
	}{
		"the largest list of tokens": {large: most(`{"id":#,"user_id":5,"active?":true,"name":"` + text + `","` + text + `":0}`)},
		"the largest list of users": {
			large: most(`{"id":#,"login":"a","roles":[{},{},{},{},{}],"mail":"` + text + `","` + text + `":0}`), call: "users",
		},
		"pages without an end": {
			large: hostileserver.Large{
				Head: `{"total":1000000,"subtotal":1000000,"results":[`, Row: `{"id":1PAGE#,"login":"a","mail":"` + text + `"}`,
				Separator: ",", Tail: "]}", Rows: pageSize,
			},
			call: "users", want: "are not all",
		},
		"more than that":            {large: hostileserver.Large{Row: strings.Repeat("[", 1<<10), Size: 65 << 20}, want: "larger than 64 MiB"},
		"rows of nothing":           {large: page(`{}`, "]}"), want: "more than 20000 rows"},
		"users of nothing":          {large: page(`{}`, "]}"), call: "users", want: "more than 20000 rows"},
		"rows of little":            {large: page(row, "]}"), want: "more than 20000 rows"},
		"a user of many roles":      {large: hostileserver.Large{Head: head + `{"id":1,"login":"a","roles":[`, Row: `{}`, Separator: ",", Tail: "]}]}"}, call: "users", want: "more than 100000 elements"},
		"a user of many members":    {large: hostileserver.Large{Head: head + `{"id":1,"login":"a"`, Row: `,"#":0`, Tail: "}]}"}, call: "users", want: "different members"},
		"a name":                    {large: hostileserver.Large{Head: head + `{"id":1,"name":"`, Row: text, Tail: `"}]}`}, want: "longer than 64 KiB"},
		"a number":                  {large: hostileserver.Large{Head: head + `{"id":`, Row: strings.Repeat("9", 1<<10), Tail: `}]}`}, want: "longer than 64 KiB"},
		"a list in a list":          {large: hostileserver.Large{Row: strings.Repeat("[", 1<<10)}, want: "levels deep"},
		"the refused fields":        {status: 422, large: hostileserver.Large{Head: `{"error":{"errors":{`, Row: `"#":[]`, Separator: ",", Tail: "}}}"}, want: "larger than 1 MiB"},
		"the reasons for a failure": {status: 503, large: hostileserver.Large{Head: `{"error":{"full_messages":[`, Row: `""`, Separator: ",", Tail: "]}}"}, want: "HTTP 503"},
		// One alone takes 30 MiB, ten together 300.
		"ten with a wrong row at the end, 8 MiB each": {
			large: of(page(`{"id":#,"user_id":5,"active?":true,"name":"`+text+`"}`, `,{}]}`), 8<<20), times: 10, most: 96 << 20, want: "without an id",
		},
		"fifty with too many rows, 1 MiB each": {large: of(page(`{"id":#,"login":"a"}`, "]}"), 1<<20), times: 50, call: "users", want: "more than 20000 rows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", asJSON)
				w.WriteHeader(max(test.status, http.StatusOK))

				large := test.large
				large.Row = strings.ReplaceAll(large.Row, "PAGE", fmt.Sprintf("%05s", r.URL.Query().Get("page")))
				_, _ = large.WriteTo(w)
			}))
			t.Cleanup(server.Close)

			report, err := hostileserver.Measure(t.Context(), hostileserver.Task{URL: server.URL, Call: test.call, Times: test.times})
			if err != nil {
				t.Fatal(err)
			}

			t.Logf("the memory grew by %d MiB", report.Growth>>20)

			for _, complaint := range report.Complaints(test.most, test.want) {
				t.Error(complaint)
			}
		})
	}
}
