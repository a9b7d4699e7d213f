package foremanserver

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// User is a user to add; its JSON form is that of the users in a recording.
type User struct {
	// Key is the name by which a recording's steps refer to the user; the server ignores it.
	Key         string   `json:"key"`
	Login       string   `json:"login"`
	Password    string   `json:"password"`
	Firstname   string   `json:"firstname"`
	Lastname    string   `json:"lastname"`
	Mail        string   `json:"mail"`
	Description string   `json:"description"`
	Admin       bool     `json:"admin"`
	Disabled    bool     `json:"disabled"`
	Permissions []string `json:"permissions"`
	// Timezone is a Rails or an IANA zone name; empty means none, an unknown one means UTC.
	Timezone        string `json:"timezone"`
	OrganizationIDs []int  `json:"organization_ids"`
	LocationIDs     []int  `json:"location_ids"`
}

// AddUser adds a user and returns the id. A login that is empty or taken (ignoring case) is an
// error.
func (s *Server) AddUser(u User) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.Login == "" || s.usersLogin[strings.ToLower(u.Login)] != nil {
		return 0, fmt.Errorf("login %q is empty or taken", u.Login)
	}
	row := &user{
		login:           u.Login,
		firstname:       optional(u.Firstname),
		lastname:        optional(u.Lastname),
		mail:            optional(u.Mail),
		description:     optional(u.Description),
		timezone:        optional(u.Timezone),
		admin:           u.Admin,
		disabled:        u.Disabled,
		organizationIDs: slices.Clone(u.OrganizationIDs),
		locationIDs:     slices.Clone(u.LocationIDs),
		created:         s.moment(),
		modified:        s.moment(),
	}
	row.passwordSalt = randomText(secretRandom)
	row.passwordHash = hashPassword(row.passwordSalt, u.Password)
	s.setPermissions(row, u.Permissions)
	s.insertUser(row)
	return row.id, nil
}

// UpdateUser changes a user without the API. change gets the current user with an empty password;
// leaving it empty keeps the password. An unknown login is an error.
func (s *Server) UpdateUser(login string, change func(*User)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.usersLogin[strings.ToLower(login)]
	if row == nil {
		return fmt.Errorf("no user %q", login)
	}
	u := describe(row)
	change(&u)
	if other := s.usersLogin[strings.ToLower(u.Login)]; u.Login == "" || (other != nil && other != row) {
		return fmt.Errorf("login %q is empty or taken", u.Login)
	}
	delete(s.usersLogin, strings.ToLower(row.login))
	s.usersLogin[strings.ToLower(u.Login)] = row
	row.login = u.Login
	row.firstname, row.lastname = optional(u.Firstname), optional(u.Lastname)
	row.mail, row.description = optional(u.Mail), optional(u.Description)
	row.timezone = optional(u.Timezone)
	row.admin, row.disabled = u.Admin, u.Disabled
	row.organizationIDs, row.locationIDs = slices.Clone(u.OrganizationIDs), slices.Clone(u.LocationIDs)
	s.setPermissions(row, u.Permissions)
	if u.Password != "" {
		row.passwordHash = hashPassword(row.passwordSalt, u.Password)
	}
	row.modified = s.moment()
	s.userMoved(row)
	return nil
}

// DeleteUser deletes a user and its tokens; unknown logins are ignored.
func (s *Server) DeleteUser(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.usersLogin[strings.ToLower(login)]; row != nil {
		s.removeUser(row)
	}
}

// UserID returns the id of the user with this login (ignoring case); 0 if there is no such user.
func (s *Server) UserID(login string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.usersLogin[strings.ToLower(login)]; row != nil {
		return row.id
	}
	return 0
}

// AddOrganization adds an organization and returns its id.
func (s *Server) AddOrganization(name string) int { return s.addTaxonomy(kindOrganization, name) }

// AddLocation adds a location and returns its id.
func (s *Server) AddLocation(name string) int { return s.addTaxonomy(kindLocation, name) }

// Organizations returns the names of the organizations by id.
func (s *Server) Organizations() map[int]string { return s.taxonomyNames(kindOrganization) }

// Locations returns the names of the locations by id.
func (s *Server) Locations() map[int]string { return s.taxonomyNames(kindLocation) }

func (s *Server) addTaxonomy(kind, name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.insertTaxonomy(kind, name)
}

func (s *Server) taxonomyNames(kind string) map[int]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := map[int]string{}
	for id, t := range s.taxonomies {
		if t.kind == kind {
			names[id] = t.name
		}
	}
	return names
}

func (s *store) insertTaxonomy(kind, name string) int {
	s.lastTaxonomyID++
	s.taxonomies[s.lastTaxonomyID] = &taxonomy{id: s.lastTaxonomyID, kind: kind, name: name}
	return s.lastTaxonomyID
}

func (s *store) setPermissions(row *user, permissions []string) {
	row.permissions = slices.Clone(permissions)
	switch {
	case len(permissions) == 0:
		row.roleID = 0
	case row.roleID == 0:
		s.lastRoleID++
		row.roleID = s.lastRoleID
	}
}

// seedDefaults fills an empty store like a new installation.
func (s *store) seedDefaults(now time.Time) {
	now = now.UTC().Truncate(time.Microsecond)
	s.insertTaxonomy(kindOrganization, "Default Organization")
	s.insertTaxonomy(kindLocation, "Default Location")
	for id, login := range []string{"foreman_admin", "foreman_console_admin", "foreman_api_admin"} {
		s.insertUser(&user{id: id + 1, login: login, admin: true, hidden: true, created: now, modified: now})
	}
	admin := &user{
		login: AdminLogin, admin: true,
		firstname: optional("Admin"), lastname: optional("User"), mail: optional("root@example.com"),
		passwordSalt: randomText(secretRandom), created: now, modified: now,
	}
	admin.passwordHash = hashPassword(admin.passwordSalt, AdminPassword)
	s.insertUser(admin)
}

// moment returns the current time in the database's precision.
func (s *Server) moment() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func describe(row *user) User {
	return User{
		Login:           row.login,
		Firstname:       textOf(row.firstname),
		Lastname:        textOf(row.lastname),
		Mail:            textOf(row.mail),
		Description:     textOf(row.description),
		Timezone:        textOf(row.timezone),
		Admin:           row.admin,
		Disabled:        row.disabled,
		Permissions:     slices.Clone(row.permissions),
		OrganizationIDs: slices.Clone(row.organizationIDs),
		LocationIDs:     slices.Clone(row.locationIDs),
	}
}

// optional returns nil for an empty text.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
