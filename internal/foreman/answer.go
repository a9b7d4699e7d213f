package foreman

import (
	"encoding/json"
	"errors"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var errNoToken = errors.New("this is no token as Foreman writes it")

// DecodeToken reads an answer about one token that somebody else was given: that to its
// creation, which has the secret, or to a later read, which has none. What the answer does
// not tell is zero, but for its id: without one it is an error. The status is as of then.
// No error repeats anything of the answer.
func DecodeToken(answer []byte) (pat.Issued, error) {
	var record tokenRecord

	if err := json.Unmarshal(answer, &record); err != nil || record.ID <= 0 {
		return pat.Issued{}, errNoToken
	}

	token := record.token()
	if record.UserID <= 0 {
		token.UserID = ""
	}

	return pat.Issued{Token: token, Secret: pat.Secret(record.Value)}, nil
}
