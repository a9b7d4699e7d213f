package foreman

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// scope is the organization and location that a request is made in. Foreman narrows
// to them whom the caller sees; without either it shows all that the caller may see.
type scope struct{ organizationID, locationID int64 }

// narrowed returns the scope with what a query sets put in place of the configured.
func (c scope) narrowed(organizationID, locationID pat.Option[int64]) scope {
	return scope{
		organizationID: organizationID.Or(c.organizationID), locationID: locationID.Or(c.locationID),
	}
}

// query returns the values with the scope's parameters added.
func (c scope) query(values url.Values) url.Values {
	if values == nil {
		values = url.Values{}
	}

	if c.organizationID != 0 {
		values.Set("organization_id", byID(strconv.FormatInt(c.organizationID, 10)))
	}

	if c.locationID != 0 {
		values.Set("location_id", byID(strconv.FormatInt(c.locationID, 10)))
	}

	return values
}

// String returns the scope as an error message shows it.
func (c scope) String() string {
	var parts []string
	if c.organizationID != 0 {
		parts = append(parts, "organization_id "+strconv.FormatInt(c.organizationID, 10))
	}

	if c.locationID != 0 {
		parts = append(parts, "location_id "+strconv.FormatInt(c.locationID, 10))
	}

	return strings.Join(parts, " and ")
}
