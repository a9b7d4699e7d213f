package platform

import (
	"fmt"
	"net/url"
	"regexp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/foreman"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	// foremanTokens matches the path of a user's tokens. If the `uri` of the other provider ends in
	// /api or /api/v2, the path begins below that. Another API version belongs to another product.
	foremanTokens = regexp.MustCompile(`^(?:(?:.*/)?api(?:/v2)?/|/?)users/([^/?#]+)/personal_access_tokens/?$`)
	foremanID     = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)
	// foremanOwner matches a user's id in a path: Foreman uses the id with which a segment begins,
	// as in "7" or "7-svc".
	foremanOwner = regexp.MustCompile(`^([1-9][0-9]{0,17})(?:-.*)?$`)
)

// recognizeForeman reads a token of Foreman from a restapi_object.
func recognizeForeman(object restObject) (Recognized, bool, error) {
	match := foremanTokens.FindStringSubmatch(object.path)
	if match == nil {
		return Recognized{}, false, nil
	}

	found := Recognized{Token: pat.Issued{Token: pat.Token{ID: object.id}}}

	if owner, err := url.PathUnescape(match[1]); err == nil {
		if id := foremanOwner.FindStringSubmatch(owner); id != nil {
			found.Token.UserID = id[1]
		} else {
			found.Username = owner
		}
	}

	if object.id == "" {
		return found, true, errNoObjectID
	}

	if !foremanID.MatchString(object.id) {
		return found, true, fmt.Errorf("its id is %q, and those of Foreman's tokens are numbers", excerpt(object.id))
	}

	for _, answer := range object.answers {
		told, err := foreman.DecodeToken(answer)
		if err != nil { // The response adds nothing then.
			continue
		}

		if told.ID != object.id || told.UserID != "" && found.Token.UserID != "" && told.UserID != found.Token.UserID {
			return found, true, fmt.Errorf("its parts do not belong together: by its id and path it is the token %s of user %s, and "+
				"its copy of a response is about token %s of user %s; refresh it with its own provider first",
				object.id, excerpt(match[1]), told.ID, told.UserID)
		}

		found.learn(told)
	}

	if found.Token.Name == "" {
		found.Token.Name = object.name
	}

	return found, true, nil
}
