package rest

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// log writes one line per attempt with the caller's logger. A path that the server sent us
// to may hold a secret of its own, and so may the error.
func (t *transport) log(ctx context.Context, request *http.Request, response *http.Response, err error, took time.Duration) {
	fields := map[string]any{
		"method":      request.Method,
		"path":        t.mask.text(request.URL.EscapedPath(), maxText),
		"attempt":     callOf(ctx).attempt,
		"duration_ms": took.Milliseconds(),
	}

	if query := request.URL.Query(); len(query) > 0 {
		fields["query_keys"] = strings.Join(slices.Sorted(maps.Keys(query)), ",")
	}

	if response != nil {
		fields["status"] = response.StatusCode
	}

	if err != nil {
		fields["error"] = t.mask.text(err.Error(), maxText)
	}

	tflog.Debug(ctx, "HTTP attempt", fields)
}
