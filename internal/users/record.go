package users

import (
	"maps"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Record is the configuration, the plan or the state of a resource.
type Record struct {
	// Username and UserID are the arguments that name the user.
	Username, UserID lifecycle.Value[string]
	// Managed are the properties whose arguments are set, or not known yet.
	Managed map[pat.Property]lifecycle.Value[string]
	// AllowSelf allows the provider to lock out its own user.
	AllowSelf lifecycle.Value[bool]

	// OwnerID and OwnerUsername are the id and username of the resource's user.
	OwnerID, OwnerUsername lifecycle.Value[string]
	// Server is the URL of the server on which the user exists.
	Server lifecycle.Value[string]
}

// ref returns the user that the arguments name.
func (r Record) ref() pat.UserRef { return pat.UserRef{ID: r.UserID.V, Username: r.Username.V} }

// owner returns the user of the resource.
func (r Record) owner() pat.UserRef {
	return pat.UserRef{ID: r.OwnerID.V, Username: r.OwnerUsername.V}
}

// namesOwner reports whether the arguments name the owner or no user; the latter is possible only
// with ignore_changes.
func (r Record) namesOwner() bool {
	ref := r.ref()

	return (ref.ID == "" || ref.ID == r.OwnerID.V) && (ref.Username == "" || ref.Username == r.OwnerUsername.V)
}

// known returns the managed properties whose values are known.
func (r Record) known() pat.Properties {
	properties := pat.Properties{}

	for property, value := range r.Managed {
		if value.Set {
			properties[property] = value.V
		}
	}

	return properties
}

// released returns the properties that are managed here and not in a later record, in the order in
// which they are documented.
func (r Record) released(after Record) []pat.Property {
	var released []pat.Property

	for _, property := range pat.AllProperties() {
		if before := r.Managed[property]; before.Set && after.Managed[property].Null() {
			released = append(released, property)
		}
	}

	return released
}

// ownedBy returns the record with the user that the arguments name.
func (r Record) ownedBy(user pat.User) Record {
	r.OwnerID, r.OwnerUsername = lifecycle.Known(user.ID), lifecycle.Known(user.Username)

	return r
}

// unowned returns the record of a user that is known only after apply.
func (r Record) unowned() Record {
	unknown := lifecycle.Unknown[string]()
	r.OwnerID, r.OwnerUsername, r.Server = unknown, unknown, unknown

	return r
}

// shown returns the record with the managed properties as the server returned them.
func (r Record) shown(properties pat.Properties) Record {
	r.Managed = maps.Clone(r.Managed)

	for property, value := range r.Managed {
		if value.Set {
			r.Managed[property] = lifecycle.Known(properties[property])
		}
	}

	return r
}
