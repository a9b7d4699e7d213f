package foreman

import (
	"encoding/json"
	"errors"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var errNoToken = errors.New("the value is not a token of Foreman")

// DecodeToken decodes a response about one token that another program received: to the token's
// creation, with the secret, or to a later read, without it. Members that are missing are zero,
// except that a missing id is an error. The status is that of the time of the response. No error
// quotes the response.
func DecodeToken(response []byte) (pat.Issued, error) {
	var record tokenRecord

	if err := json.Unmarshal(response, &record); err != nil || record.ID <= 0 {
		return pat.Issued{}, errNoToken
	}

	token := record.token()
	if record.UserID <= 0 {
		token.UserID = ""
	}

	return pat.Issued{Token: token, Secret: pat.Secret(record.Value)}, nil
}
