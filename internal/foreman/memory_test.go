package foreman

import (
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/systemtest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/hostileserver"
)

// TestMain lets a process of this test send requests to a server, and reports how much memory they
// took.
func TestMain(m *testing.M) {
	systemtest.Main(m, "5", pat.UserQuery{}, func(url string) (pat.System, error) {
		system, err := New(Options{
			Client: rest.Options{BaseURL: url, RequestTimeout: 5 * time.Minute}, Username: "admin", Password: password,
		})
		if err == nil {
			system.bounds.bytes = 8 << 20
		}

		return system, err
	})
}

// TestNoResponseFillsTheMemory uses responses of the maximum size, 64 MiB, and others with the maximum
// number of rows. If the size does not matter, a few MiB show a missing limit as well, and so do
// lists of many pages that end after an eighth of their limit.
func TestNoResponseFillsTheMemory(t *testing.T) {
	t.Parallel()

	const (
		head = `{"total":20000,"subtotal":20000,"results":[`
		row  = `{"id":#,"user_id":5,"active?":true,"login":"a","name":"a"}`
	)

	text, long := strings.Repeat("x", 100), strings.Repeat("x", 1400)
	page := func(row, tail string) hostileserver.Large {
		return hostileserver.Large{Head: head, Row: row, Separator: ",", Tail: tail}
	}
	most := func(row string) hostileserver.Large {
		large := page(row, "]}")
		large.Rows, large.Size = 20_000, 17<<20

		return large
	}
	of := func(large hostileserver.Large, size int) hostileserver.Large {
		large.Size = size

		return large
	}

	systemtest.RunMemory(t, map[string]systemtest.MemoryTest{
		"the largest list of tokens": {Large: of(most(`{"id":#,"user_id":5,"active?":true,"name":"`+long+`","`+long+`":0}`), hostileserver.MaxAnswer)},
		"the largest list of users": {
			Large: most(`{"id":#,"login":"a","roles":[{},{},{},{},{}],"mail":"` + text + `","` + text + `":0}`), Users: true, Most: 160 << 20,
		},
		"pages without an end": {
			Large: hostileserver.Large{
				Head: `{"total":1000000,"subtotal":1000000,"results":[`, Row: `{"id":1PAGE#,"login":"a","mail":"` + long + `"}`,
				Separator: ",", Tail: "]}", Rows: pageSize,
			},
			Users: true, Want: "are not all", Most: 72 << 20,
		},
		"a response that is too large": {Large: hostileserver.Large{Row: strings.Repeat("[", 1<<10), Size: 65 << 20}, Want: "larger than 64 MiB"},
		"empty rows of tokens":         {Large: page(`{}`, "]}"), Want: "more than 20000 rows"},
		"empty rows of users":          {Large: page(`{}`, "]}"), Users: true, Want: "more than 20000 rows"},
		"small rows":                   {Large: page(row, "]}"), Want: "more than 20000 rows"},
		"a user with many roles":       {Large: hostileserver.Large{Head: head + `{"id":1,"login":"a","roles":[`, Row: `{}`, Separator: ",", Tail: "]}]}"}, Users: true, Want: "more than 100000 elements"},
		"a user with many members":     {Large: hostileserver.Large{Head: head + `{"id":1,"login":"a"`, Row: `,"#":0`, Tail: "}]}"}, Users: true, Want: "different members"},
		"a long name":                  {Large: hostileserver.Large{Head: head + `{"id":1,"name":"`, Row: text, Tail: `"}]}`}, Want: "longer than 64 KiB"},
		"a long number":                {Large: hostileserver.Large{Head: head + `{"id":`, Row: strings.Repeat("9", 1<<10), Tail: `}]}`}, Want: "longer than 64 KiB"},
		"lists in lists":               {Large: hostileserver.Large{Row: strings.Repeat("[", 1<<10)}, Want: "levels deep"},
		"many invalid fields":          {Status: 422, Large: hostileserver.Large{Head: `{"error":{"errors":{`, Row: `"#":[]`, Separator: ",", Tail: "}}}"}, Want: "larger than 1 MiB"},
		"many messages in a failure":   {Status: 503, Large: hostileserver.Large{Head: `{"error":{"full_messages":[`, Row: `""`, Separator: ",", Tail: "]}}"}, Want: "HTTP 503"},
		// One takes 30 MiB, three at once 90.
		"three with a wrong row at the end, 8 MiB each": {
			Large: of(page(`{"id":#,"user_id":5,"active?":true,"name":"`+long+`"}`, `,{}]}`), 8<<20), Times: 3, Most: 72 << 20, Want: "without an id",
		},
		"thirty with too many rows, 1 MiB each": {Large: of(page(`{"id":#,"login":"a"}`, "]}"), 1<<20), Times: 30, Users: true, Want: "more than 20000 rows"},
	})
}
