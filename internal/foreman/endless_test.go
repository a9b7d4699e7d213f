package foreman

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func TestAListWithoutAnEndIsAnError(t *testing.T) {
	t.Parallel()

	rows := func(number, n int, name string) string {
		all := make([]string, n)
		for i := range all {
			all[i] = tokenJSON(number*n+i, name)
		}

		return listJSON((number+1)*n, all...)
	}

	for name, test := range map[string]struct {
		page func(number int) string
		// requests is the maximum number of requests.
		requests int
		// said is a part of the error.
		said string
	}{
		"the first page repeatedly": {
			page:     func(int) string { return listJSON(100, tokenJSON(1, "a"), tokenJSON(2, "b")) },
			requests: 2,
			said:     "page 2 holds nothing",
		},
		"always new rows": {
			page:     func(number int) string { return listJSON(1_000_000_000, tokenJSON(number, "a")) },
			requests: 100,
			said:     "page 100 is not the last",
		},
		"always a full page, with a growing total": {
			page:     func(number int) string { return rows(number, 20, "a") },
			requests: 51,
			said:     "1020 rows of 1040",
		},
		"always a large page": {
			page:     func(number int) string { return rows(number, 10, strings.Repeat("a", 10_000)) },
			requests: 11,
			said:     "110 rows of 120",
		},
		"an empty page before the end": {
			page: func(number int) string {
				if number > 2 {
					return listJSON(9)
				}

				return listJSON(9, tokenJSON(2*number, "a"), tokenJSON(2*number+1, "a"))
			},
			requests: 3,
			said:     "page 3 is empty, though 4 rows of 9 came",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := newHandlerScript(t, func(r *http.Request) canned {
				number, _ := strconv.Atoi(r.URL.Query().Get("page"))

				return canned{status: http.StatusOK, body: test.page(number)}
			})

			driver := newDriver(t, server.url)
			if driver.bounds != (bounds{pages: 10_000, rows: 100_000, bytes: 64 << 20}) {
				t.Errorf("the bounds are %+v", driver.bounds)
			}

			driver.bounds = bounds{pages: 100, rows: 1000, bytes: 1 << 20}

			_, err := driver.Tokens(t.Context(), "5", pat.TokenQuery{})
			verdict.Want(t, err, "protocol", "/api/users/5-~/personal_access_tokens", "HTTP 200", test.said)

			if got := len(server.requests()); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
		})
	}
}
