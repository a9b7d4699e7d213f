package foreman

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// scope is the organization and location of a request. Foreman restricts the users to those the
// account sees in them; if neither is set, it returns all that the account is allowed to see.
type scope struct{ organizationID, locationID int64 }

// narrowed returns the scope with the values of a query instead of the configured ones.
func (c scope) narrowed(organizationID, locationID pat.Option[int64]) scope {
	return scope{
		organizationID: organizationID.Or(c.organizationID), locationID: locationID.Or(c.locationID),
	}
}

// query adds the scope's parameters to the values.
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
