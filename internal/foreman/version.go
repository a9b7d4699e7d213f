package foreman

import (
	"fmt"
	"net/http"

	"github.com/hashicorp/go-version"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// MinimumVersion is the oldest Foreman that is supported: since 3.2 a list of tokens
// can be ordered by id, without which its pages cannot be put together.
const MinimumVersion = "3.2"

var minimum = version.Must(version.NewVersion(MinimumVersion))

// supported refuses a server that says it is too old. Foreman tells its version in a
// header of each answer that passed authorization; a proxy may drop it for the
// underscore in its name, so its absence says nothing.
func (s *System) supported(request rest.Request, header http.Header) error {
	said := header.Get("Foreman_version")

	v, err := version.NewVersion(said)
	if err != nil || v.Core().GreaterThanOrEqual(minimum) {
		return nil //nolint:nilerr // A version that cannot be read is no reason to refuse a server.
	}

	return &pat.ProtocolError{Failure: pat.Failure{
		Tried:  s.rest.Tried(request.Method, request.Segments...),
		Said:   s.rest.Text("the server is Foreman " + said),
		Remedy: fmt.Sprintf("Foreman %s (Satellite 6.12) or newer is supported: upgrade the server.", MinimumVersion),
	}}
}
