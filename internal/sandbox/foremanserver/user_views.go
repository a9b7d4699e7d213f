package foremanserver

import (
	"time"
)

// named is an object of which a list shows id and name.
type named struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// titled is an organization or a location in the response of show.
type titled struct {
	ID          int     `json:"id"`
	Name        string  `json:"name"`
	Title       string  `json:"title"`
	Description *string `json:"description"`
}

// roleView is a role in the response of show.
type roleView struct {
	Name        string  `json:"name"`
	ID          int     `json:"id"`
	Description *string `json:"description"`
	Origin      *string `json:"origin"`
}

// authSourceView is the source that checks a user's password.
type authSourceView struct {
	ID   int    `json:"id"`
	Type string `json:"type"`
	Name string `json:"name"`
}

// userView is a user in a list. Locations and Organizations have different types in list and show.
type userView struct {
	Firstname           *string `json:"firstname"`
	Lastname            *string `json:"lastname"`
	Mail                *string `json:"mail"`
	MailEnabled         bool    `json:"mail_enabled"`
	Admin               bool    `json:"admin"`
	AuthSourceID        int     `json:"auth_source_id"`
	Disabled            bool    `json:"disabled"`
	AuthSourceName      string  `json:"auth_source_name"`
	Timezone            *string `json:"timezone"`
	Locale              *string `json:"locale"`
	LastLoginOn         *string `json:"last_login_on"`
	CreatedAt           *string `json:"created_at"`
	UpdatedAt           *string `json:"updated_at"`
	ID                  int     `json:"id"`
	Login               string  `json:"login"`
	Description         *string `json:"description"`
	SSHKeys             []any   `json:"ssh_keys"`
	DefaultLocation     *titled `json:"default_location"`
	Locations           any     `json:"locations"`
	DefaultOrganization *titled `json:"default_organization"`
	Organizations       any     `json:"organizations"`
	EffectiveAdmin      bool    `json:"effective_admin"`
}

// fullUserView is a user in the responses of show and current_user.
type fullUserView struct {
	userView
	CachedUsergroups   []any          `json:"cached_usergroups"`
	AuthSourceInternal authSourceView `json:"auth_source_internal"`
	MailNotifications  []any          `json:"mail_notifications"`
	Roles              []roleView     `json:"roles"`
	Usergroups         []any          `json:"usergroups"`
}

// rawUser is a user in the response to a DELETE: the record itself, including the hash.
type rawUser struct {
	ID           int     `json:"id"`
	Login        string  `json:"login"`
	Firstname    *string `json:"firstname"`
	Lastname     *string `json:"lastname"`
	Mail         *string `json:"mail"`
	Admin        bool    `json:"admin"`
	LastLoginOn  *string `json:"last_login_on"`
	AuthSourceID int     `json:"auth_source_id"`
	CreatedAt    *string `json:"created_at"`
	UpdatedAt    *string `json:"updated_at"`
	PasswordHash string  `json:"password_hash"`
	PasswordSalt string  `json:"password_salt"`
	Timezone     *string `json:"timezone"`
	Description  *string `json:"description"`
	Disabled     bool    `json:"disabled"`
}

func (c *call) viewUser(u *user) userView {
	view := c.bareView(u)
	view.Locations = taxonomyViews(c, u, kindLocation, func(t *taxonomy) named { return named{t.id, t.name} })
	view.Organizations = taxonomyViews(c, u, kindOrganization, func(t *taxonomy) named { return named{t.id, t.name} })
	return view
}

func (c *call) viewUserInFull(u *user) fullUserView {
	view := c.bareView(u)
	full := func(t *taxonomy) titled { return titled{ID: t.id, Name: t.name, Title: t.name} }
	view.Locations = taxonomyViews(c, u, kindLocation, full)
	view.Organizations = taxonomyViews(c, u, kindOrganization, full)
	roles := []roleView{}
	if u.roleID != 0 {
		roles = append(roles, roleView{Name: u.roleName(), ID: u.roleID})
	}
	return fullUserView{
		userView:           view,
		CachedUsergroups:   []any{},
		AuthSourceInternal: authSourceView{ID: 1, Type: authSourceType, Name: authSourceName},
		MailNotifications:  []any{},
		Roles:              roles,
		Usergroups:         []any{},
	}
}

func (c *call) bareView(u *user) userView {
	return userView{
		Firstname: u.firstname, Lastname: u.lastname, Mail: u.mail,
		Admin: u.admin, AuthSourceID: 1, Disabled: u.disabled, AuthSourceName: authSourceName,
		Timezone: u.timezone, LastLoginOn: viewTime(u.lastLogin, c.zone),
		CreatedAt: viewTime(u.created, c.zone), UpdatedAt: viewTime(u.modified, c.zone),
		ID: u.id, Login: u.login, Description: u.description,
		SSHKeys: []any{}, EffectiveAdmin: u.admin,
	}
}

func (c *call) rawUser(u *user) rawUser {
	at := func(t time.Time) *string { return rawTime(t, c.zone) }
	return rawUser{
		ID: u.id, Login: u.login, Firstname: u.firstname, Lastname: u.lastname, Mail: u.mail,
		Admin: u.admin, LastLoginOn: at(u.lastLogin), AuthSourceID: 1,
		CreatedAt: at(u.created), UpdatedAt: at(u.modified),
		PasswordHash: u.passwordHash, PasswordSalt: u.passwordSalt,
		Timezone: u.timezone, Description: u.description, Disabled: u.disabled,
	}
}

// taxonomyViews returns a user's organizations or locations, never null.
func taxonomyViews[V any](c *call, u *user, kind string, view func(*taxonomy) V) []V {
	out := []V{}
	for _, id := range u.taxonomyIDs(kind) {
		if t := c.taxonomies[id]; t != nil && t.kind == kind {
			out = append(out, view(t))
		}
	}
	return out
}
