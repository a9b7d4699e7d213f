package universalcontroller

import (
	"context"
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
				Username: "ops.admin", Password: "ops.admin",
			})
		})

		switch {
		case failed != nil:
			return nil, failed
		case task.Call == "users":
			return system.Users(context.Background(), pat.UserQuery{WithTokens: true})
		default:
			return system.Tokens(context.Background(), userID, pat.TokenQuery{})
		}
	}
}

// TestNoAnswerFillsTheMemory lets a process ask for a list. The answers are 64 MiB large,
// unless they say otherwise.
func TestNoAnswerFillsTheMemory(t *testing.T) {
	t.Parallel()

	text := strings.Repeat("x", 1400)
	user := `"sysId":"` + userID + `","userName":"a#"`
	tag := `<sysId>` + userID + `</sysId><userName>a#</userName>`
	list := func(head, row, tail string) hostileserver.Large {
		separator := ","
		if strings.HasPrefix(head, "<") {
			separator = ""
		}

		return hostileserver.Large{Head: head, Row: row, Separator: separator, Tail: tail}
	}
	most := func(large hostileserver.Large, rows int) hostileserver.Large {
		large.Rows = rows

		return large
	}
	of := func(large hostileserver.Large, size int) hostileserver.Large {
		large.Size = size

		return large
	}

	for name, test := range map[string]struct {
		large hostileserver.Large
		call  string
		times int    // 0 is once.
		most  int64  // In bytes; 0 is MaxGrowth.
		want  string // Of the error; empty is none.
	}{
		"the largest list of tokens": {large: most(list("[", `{"name":"a#`+text+`","`+text+`":0}`, "]"), 20_000)},
		"the largest list of users": {
			large: most(list("[", `{`+user+`,"permissions":[{},{},{},{}],"tokens":[{"name":"a"}],"email":"`+text+`","`+text+`":0}`, "]"), 20_000), call: "users",
		},
		"the largest XML of tokens": {large: most(list("<tokens>", `<token x="`+text+`"><name>a#</name><x>`+text+`</x></token>`, "</tokens>"), 20_000)},
		"the largest XML of users": {
			large: most(list("<users>", `<user x="`+text+`">`+tag+`<permissions><p/><p/><p/><p/></permissions><tokens><t><name>a</name></t></tokens><email>`+text+`</email></user>`, "</users>"), 20_000),
			call:  "users",
		},
		"rows of nothing":            {large: list("[", `{}`, "]"), want: "more than 20000 rows"},
		"rows of little":             {large: list("[", `{"name":"a#"}`, "]"), want: "more than 20000 rows"},
		"a user of many permissions": {large: list("[{"+user+`,"permissions":[`, `{}`, "]}]"), call: "users", want: "more than 100000 elements"},
		"XML of nothing":             {large: list("<tokens>", `<t/>`, "</tokens>"), want: "more than 300000 elements"},
		"XML of little":              {large: list("<tokens>", `<token><name>a#</name></token>`, "</tokens>"), want: "more than 300000 elements"},
		"XML of one user":            {large: list("<users><user>"+tag+"<permissions>", `<p/>`, "</permissions></user></users>"), call: "users", want: "more than 300000 elements"},
		"XML that is deep":           {large: list("<tokens>", `<a>`, ""), want: "levels deep"},
		"XML of one tag":             {large: list("<tokens ", `a#="" `, "/>"), want: "longer than 64 KiB"},
		"XML of one text":            {large: list("<tokens><token><name>", text, "</name></token></tokens>"), want: "longer than 64 KiB"},
		"XML of a text in pieces":    {large: list("<tokens><token><name>", text+"<!-- -->", "</name></token></tokens>"), want: "longer than 64 KiB"},
		"XML of texts":               {large: list("<tokens>", "<x>"+text+"</x>", "</tokens>"), want: "more than 32 MiB"},
		"XML of one comment":         {large: list("<tokens><!--", text, "--></tokens>"), want: "longer than 64 KiB"},
		"XML of many comments":       {large: list("<tokens>", "<!-- -->", "<token/></tokens>"), want: "has no name"},
		"XML of many types":          {large: list("<tokens>", "<!a>", "</tokens>"), want: "document type"},
		// One alone takes 30 MiB, ten together 300.
		"ten with a wrong element at the end, 8 MiB each": {
			large: of(list("<tokens>", `<token><name>a#</name><x>`+text+`</x></token>`, `<token/></tokens>`), 8<<20),
			times: 10, most: 96 << 20, want: "has no name",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", asJSON)

				if strings.HasPrefix(test.large.Head, "<") {
					w.Header().Set("Content-Type", asXML)
				}

				_, _ = test.large.WriteTo(w)
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
