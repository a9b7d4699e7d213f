package foreman

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// layouts are the forms in which Foreman writes times: the views use the caller's zone, of which only
// UTC is written as a name, and the response to a revocation uses ISO 8601.
var layouts = []string{
	"2006-01-02 15:04:05 UTC",
	"2006-01-02 15:04:05 -0700",
	time.RFC3339Nano,
}

// timestamp is a time in any of Foreman's forms; zero if Foreman sends null.
type timestamp struct{ time.Time }

// UnmarshalJSON reads a string in any of Foreman's forms, or null.
func (t *timestamp) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}

	if text == nil {
		t.Time = time.Time{}

		return nil
	}

	for _, layout := range layouts {
		if parsed, err := time.Parse(layout, *text); err == nil {
			t.Time = pat.ServerTime(parsed.UTC())

			return nil
		}
	}

	return fmt.Errorf("%q is not a time as Foreman writes it", *text)
}

// expiry formats a time for Foreman, which would read a time without a zone in the zone of the
// caller. Fractions of a second are dropped, because Foreman never returns them.
func expiry(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
