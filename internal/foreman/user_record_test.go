package foreman

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

func TestUserRecord(t *testing.T) {
	t.Parallel()

	body := `{"firstname":"Al","lastname":"Ice","mail":"a@example.com","mail_enabled":true,"admin":false,
		"auth_source_id":3,"disabled":true,"auth_source_name":"corp","timezone":"Berlin","locale":"de",
		"last_login_on":"2026-11-21 18:50:10 +0200","created_at":"2026-11-21 16:50:10 UTC","updated_at":"2026-11-21 16:50:10 UTC",
		"id":5,"login":"alice","description":"d",
		"ssh_keys":[{"id":1,"name":"k","key":"ssh-rsa A","fingerprint":"f","length":2048}],
		"default_location":{"id":2,"name":"L","title":"L","description":null},"default_organization":null,
		"locations":[{"id":2,"name":"L","title":"L/M","description":"x"}],"organizations":[],"effective_admin":true,
		"cached_usergroups":[{"id":9,"name":"g"}],"auth_source_ldap":{"id":3,"type":"AuthSourceLdap","name":"corp"},
		"mail_notifications":[],"roles":[{"id":7,"name":"Viewer"}],"usergroups":[{"id":9,"name":"g"}]}`

	server := newScript(t, map[string]canned{"GET /api/users/5-~": {status: http.StatusOK, body: body}})

	user, err := newDriver(t, server.url).User(t.Context(), pat.UserRef{ID: "5"})
	if err != nil {
		t.Fatal(err)
	}

	location := Reference{ID: 2, Name: "L", Title: "L"}
	want := pat.User{
		ID: "5", Username: "alice", FirstName: "Al", LastName: "Ice", Email: "a@example.com", Refusal: "is disabled", Admin: true, LastLoginAt: sampleTime,
		Native: &User{
			Description: "d", Timezone: "Berlin", Locale: "de", MailEnabled: true, CreatedAt: sampleTime, UpdatedAt: sampleTime,
			AuthSource:      AuthSource{ID: 3, Name: "corp", Type: "ldap"},
			DefaultLocation: &location, Locations: []Reference{{ID: 2, Name: "L", Title: "L/M"}},
			Organizations: []Reference{}, SSHKeys: []SSHKey{{ID: 1, Name: "k", Key: "ssh-rsa A", Fingerprint: "f", Length: 2048}},
			Roles: []Reference{{ID: 7, Name: "Viewer"}}, Usergroups: []Reference{{ID: 9, Name: "g"}},
		},
	}

	if diff := cmp.Diff(want, user); diff != "" {
		t.Error(diff)
	}
}

func TestAListedUserHasNoRolesAndNoTypeOfSource(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	admin := stage.admin(t)

	single, err := admin.User(t.Context(), pat.UserRef{ID: "4"})
	if err != nil {
		t.Fatal(err)
	}

	users, err := admin.Users(t.Context(), pat.UserQuery{})
	if err != nil {
		t.Fatal(err)
	}

	shown, _ := single.Native.(*User)
	listed, _ := users[0].Native.(*User)

	if shown == nil || shown.AuthSource.Type != "internal" || shown.Roles == nil || !shown.DirectAdmin {
		t.Errorf("read alone: %+v", shown)
	}

	if listed == nil || listed.AuthSource.Type != "" || listed.Roles != nil || listed.AuthSource.Name != "Internal" {
		t.Errorf("listed: %+v", listed)
	}
}
