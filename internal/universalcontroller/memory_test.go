package universalcontroller

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
	systemtest.Main(m, userID, pat.UserQuery{WithTokens: true}, func(url string) (pat.System, error) {
		return New(Options{
			Client: rest.Options{BaseURL: url, RequestTimeout: 5 * time.Minute}, Username: "admin", Password: password,
		})
	})
}

// TestNoResponseFillsTheMemory uses a response of the maximum size, 64 MiB, and others with the
// maximum number of rows. If the size does not matter, a few MiB show a missing limit as well.
func TestNoResponseFillsTheMemory(t *testing.T) {
	t.Parallel()

	text, long := strings.Repeat("x", 100), strings.Repeat("x", 1400)
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

	systemtest.RunMemory(t, map[string]systemtest.MemoryTest{
		"the largest list of tokens": {Large: of(most(list("[", `{"name":"a#`+long+`","`+long+`":0}`, "]"), 20_000), hostileserver.MaxAnswer)},
		"the largest list of users": {
			Large: of(most(list("[", `{`+user+`,"permissions":[{},{},{},{}],"tokens":[{"name":"a"}],"email":"`+text+`","`+text+`":0}`, "]"), 20_000), 16<<20), Users: true, Most: 160 << 20,
		},
		"the largest XML of tokens": {Large: of(most(list("<tokens>", `<token x="`+text+`"><name>a#</name><x>`+text+`</x></token>`, "</tokens>"), 20_000), 17<<20), Most: 96 << 20},
		"the largest XML of users": {
			Large: of(most(list("<users>", `<user>`+tag+`<permissions><p/><p/><p/><p/></permissions><tokens><t><name>a</name></t></tokens><email>`+text+`</email></user>`, "</users>"), 20_000), 17<<20),
			Users: true, Most: 96 << 20,
		},
		"empty rows":                     {Large: list("[", `{}`, "]"), Want: "more than 20000 rows"},
		"small rows":                     {Large: list("[", `{"name":"a#"}`, "]"), Want: "more than 20000 rows"},
		"a user with many permissions":   {Large: list("[{"+user+`,"permissions":[`, `{}`, "]}]"), Users: true, Want: "more than 100000 elements"},
		"XML with empty elements":        {Large: list("<tokens>", `<t/>`, "</tokens>"), Want: "more than 300000 elements"},
		"XML with small elements":        {Large: of(list("<tokens>", `<token><name>a#</name></token>`, "</tokens>"), 6<<20), Want: "more than 300000 elements"},
		"XML with one large user":        {Large: list("<users><user>"+tag+"<permissions>", `<p/>`, "</permissions></user></users>"), Users: true, Want: "more than 300000 elements"},
		"deep XML":                       {Large: list("<tokens>", `<a>`, ""), Want: "levels deep"},
		"XML with one long tag":          {Large: list("<tokens ", `a#="" `, "/>"), Want: "longer than 64 KiB"},
		"XML with one long text":         {Large: list("<tokens><token><name>", text, "</name></token></tokens>"), Want: "longer than 64 KiB"},
		"XML with a long text in pieces": {Large: list("<tokens><token><name>", text+"<!-- -->", "</name></token></tokens>"), Want: "longer than 64 KiB"},
		"XML with many texts":            {Large: of(list("<tokens>", "<x>"+long+"</x>", "</tokens>"), 34<<20), Want: "more than 32 MiB"},
		"XML with one long comment":      {Large: list("<tokens><!--", text, "--></tokens>"), Want: "longer than 64 KiB"},
		"XML with many comments":         {Large: list("<tokens>", "<!-- -->", "<token/></tokens>"), Want: "has no name"},
		"XML with many document types":   {Large: list("<tokens>", "<!a>", "</tokens>"), Want: "document type"},
		// One takes 30 MiB, three at once 90.
		"three with a wrong element at the end, 8 MiB each": {
			Large: of(list("[", `{"name":"a#","x":"`+long+`"}`, `,{}]`), 8<<20),
			Times: 3, Most: 72 << 20, Want: "has no name",
		},
	})
}
