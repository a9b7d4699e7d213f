package foreman

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// User contains what Foreman documents about a user beyond [pat.User]. A pointer to it is the type of
// [pat.User.Native]. Texts are empty if Foreman sends null.
type User struct {
	Description, Timezone, Locale string
	MailEnabled                   bool
	// DirectAdmin is the user's own flag; [pat.User.Admin] may come from a group.
	DirectAdmin          bool
	CreatedAt, UpdatedAt time.Time
	AuthSource           AuthSource

	DefaultLocation, DefaultOrganization *Reference
	Locations, Organizations             []Reference
	SSHKeys                              []SSHKey

	// Roles and Usergroups are nil in a list, because Foreman returns them only for a single user.
	Roles, Usergroups []Reference
}

// AuthSource is the source that verifies a user's password.
type AuthSource struct {
	ID   int64
	Name string
	// Type is "internal", "ldap" and the like; empty in a list.
	Type string
}

// Reference names another record of Foreman's. Only organizations and locations have a title, which
// consists of the names of their parents and their own.
type Reference struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Title string `json:"title"`
}

// SSHKey is a public key of a user.
type SSHKey struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	Key         string `json:"key"`
	Fingerprint string `json:"fingerprint"`
	// Length is the key's size in bits.
	Length int64 `json:"length"`
}

// userRecord is a user as Foreman's responses contain it.
type userRecord struct {
	ID             int64     `json:"id"`
	Login          string    `json:"login"`
	FirstName      string    `json:"firstname"`
	LastName       string    `json:"lastname"`
	Mail           string    `json:"mail"`
	MailEnabled    bool      `json:"mail_enabled"`
	Description    string    `json:"description"`
	Admin          bool      `json:"admin"`
	EffectiveAdmin bool      `json:"effective_admin"`
	Disabled       bool      `json:"disabled"`
	AuthSourceID   int64     `json:"auth_source_id"`
	AuthSourceName string    `json:"auth_source_name"`
	Timezone       string    `json:"timezone"`
	Locale         string    `json:"locale"`
	LastLoginOn    timestamp `json:"last_login_on"`
	CreatedAt      timestamp `json:"created_at"`
	UpdatedAt      timestamp `json:"updated_at"`

	DefaultLocation     *Reference  `json:"default_location"`
	DefaultOrganization *Reference  `json:"default_organization"`
	Locations           []Reference `json:"locations"`
	Organizations       []Reference `json:"organizations"`
	SSHKeys             []SSHKey    `json:"ssh_keys"`
	Roles               []Reference `json:"roles"`
	Usergroups          []Reference `json:"usergroups"`

	authSourceType string
}

func (r userRecord) key() int64 { return r.ID }

// check returns an error for an invalid record.
func (r userRecord) check() error {
	if r.ID <= 0 || r.Login == "" {
		return errNoRecord
	}

	return nil
}

// UnmarshalJSON also determines the type of the authentication source, which is part of the name of
// its key: auth_source_internal, auth_source_ldap and so on, each with an object.
func (r *userRecord) UnmarshalJSON(data []byte) error {
	type plain userRecord

	if err := json.Unmarshal(data, (*plain)(r)); err != nil {
		return err
	}

	var keys map[string]isObject
	if err := json.Unmarshal(data, &keys); err != nil {
		return err
	}

	for name, value := range keys {
		kind, ok := strings.CutPrefix(name, "auth_source_")
		if ok && bool(value) {
			r.authSourceType = kind
		}
	}

	return nil
}

// isObject reports whether a JSON value is an object, without keeping it.
type isObject bool

// UnmarshalJSON checks the first character.
func (o *isObject) UnmarshalJSON(data []byte) error {
	*o = data[0] == '{'

	return nil
}

// refusal says why Foreman refuses the user's tokens.
func (r userRecord) refusal() string {
	if r.Disabled {
		return "is disabled"
	}

	return ""
}

// user converts the record.
func (r userRecord) user() pat.User {
	return pat.User{
		ID:          strconv.FormatInt(r.ID, 10),
		Username:    r.Login,
		FirstName:   r.FirstName,
		LastName:    r.LastName,
		Email:       r.Mail,
		Enabled:     !r.Disabled,
		Refusal:     r.refusal(),
		Admin:       r.Admin || r.EffectiveAdmin,
		LastLoginAt: r.LastLoginOn.Time,
		Native: &User{
			Description: r.Description,
			Timezone:    r.Timezone,
			Locale:      r.Locale,
			MailEnabled: r.MailEnabled,
			DirectAdmin: r.Admin,
			CreatedAt:   r.CreatedAt.Time,
			UpdatedAt:   r.UpdatedAt.Time,
			AuthSource:  AuthSource{ID: r.AuthSourceID, Name: r.AuthSourceName, Type: r.authSourceType},

			DefaultLocation:     r.DefaultLocation,
			DefaultOrganization: r.DefaultOrganization,
			Locations:           r.Locations,
			Organizations:       r.Organizations,
			SSHKeys:             r.SSHKeys,
			Roles:               r.Roles,
			Usergroups:          r.Usergroups,
		},
	}
}
