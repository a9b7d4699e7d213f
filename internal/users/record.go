package users

import (
	"maps"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Record is a resource: its configuration, its plan or its state.
type Record struct {
	// Username and UserID are the arguments that name the user.
	Username, UserID lifecycle.Value[string]
	// Managed are the properties whose arguments are set, or unknown yet.
	Managed map[pat.Property]lifecycle.Value[string]
	// AllowSelf says whether the provider may lock out its own user.
	AllowSelf lifecycle.Value[bool]

	// OwnerID and OwnerUsername are the user's.
	OwnerID, OwnerUsername lifecycle.Value[string]
	// Server is the URL of the server that the user is on.
	Server lifecycle.Value[string]
}

// ref returns the user whom the arguments name.
func (r Record) ref() pat.UserRef { return pat.UserRef{ID: r.UserID.V, Username: r.Username.V} }

// owner returns the user of the resource.
func (r Record) owner() pat.UserRef {
	return pat.UserRef{ID: r.OwnerID.V, Username: r.OwnerUsername.V}
}

// namesOwner says whether the arguments name the owner, or nobody, as is possible with
// ignore_changes alone.
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

// ownedBy returns the record with the user whom the arguments name.
func (r Record) ownedBy(user pat.User) Record {
	r.OwnerID, r.OwnerUsername = lifecycle.Known(user.ID), lifecycle.Known(user.Username)

	return r
}

// unowned returns the record of a user who is known only after apply.
func (r Record) unowned() Record {
	unknown := lifecycle.Unknown[string]()
	r.OwnerID, r.OwnerUsername, r.Server = unknown, unknown, unknown

	return r
}

// shown returns the record with what the server shows of the managed properties.
func (r Record) shown(properties pat.Properties) Record {
	r.Managed = maps.Clone(r.Managed)

	for property, value := range r.Managed {
		if value.Set {
			r.Managed[property] = lifecycle.Known(properties[property])
		}
	}

	return r
}
