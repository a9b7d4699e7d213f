package platform

import (
	"fmt"
)

// Recognize reads a token from the raw state of a restapi_object. It returns the token and the name
// of its platform. Its errors contain no values of the state except paths and ids.
func Recognize(raw []byte) (name string, found Recognized, err error) {
	object, err := readRESTObject(raw)
	if err != nil {
		return "", Recognized{}, err
	}

	for _, p := range allPlatforms {
		if p.recognize == nil {
			continue
		}

		found, ok, err := p.recognize(object)
		if !ok {
			continue
		}

		if err == nil {
			err = object.checkPaths()
		}

		if err == nil {
			err = found.check()
		}

		return p.name, found, err
	}

	return "", Recognized{}, fmt.Errorf("its path is %q, and Foreman's personal access tokens are at "+
		"/api/v2/users/<user id>/personal_access_tokens; of no other API can an object be moved", excerpt(object.path))
}
