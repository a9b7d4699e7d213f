package universalcontroller

import (
	"net/url"
	"regexp"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// wrongContext checks the server's own pages for a path that it does not know.
func wrongContext(t *testing.T, s *stage) {
	base, err := url.Parse(s.base)
	if err != nil {
		t.Fatal(err)
	}

	base.Path += "/wrong"
	driver := s.admin(t)
	wrong := newDriver(t, base.String())

	_, err = wrong.Token(t.Context(), pat.Key{UserID: controllerserver.AdminSysID, TokenID: "deploy"})
	verdict.Want(t, err, "protocol", "HTTP 404", "/uc")

	_, err = wrong.User(t.Context(), pat.UserRef{Username: controllerserver.AdminUserName})
	verdict.Want(t, err, "protocol", "HTTP 404")

	unknown := regexp.MustCompile("^" + regexp.QuoteMeta(base.Path) + "/")
	if seen := s.Count(func(r sandbox.Request) bool { return unknown.MatchString(r.Path) }); seen != 2 {
		t.Errorf("%d requests were sent to the wrong context, want 2", seen)
	}

	s.ResetRequests()

	if _, err := driver.CurrentUser(t.Context()); err != nil {
		t.Error(err)
	}
}
