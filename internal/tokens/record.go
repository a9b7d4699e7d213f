package tokens

import (
	"time"

	"filippo.io/age"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Arguments are what a configuration says of a token.
type Arguments struct {
	lifecycle.Arguments

	Username, UserID lifecycle.Value[string]
	// Series is what the names of all generations have in common. It is an output as well: where
	// the configuration does not have one, it is drawn with the first generated name.
	Series lifecycle.Value[string]
	// Rotation is true if there is a rotation policy, known as a whole.
	Rotation bool
}

// Record is one token resource: as state has it, as it is planned, or as a configuration asks for
// it. Parts of a plan may be unknown; state has none that is.
type Record struct {
	Arguments

	Owner  Owner
	Secret Secret
	// Version tells one secret from all others of the resource, whatever becomes of it: it never
	// repeats, also across a replacement and an import. Not set while the secret is not known.
	Version lifecycle.Value[int64]
	// Generation counts the names of the series; 0 for an imported token, whose secret nobody
	// here holds.
	Generation lifecycle.Value[int64]
	// Platform is that of [pat.Traits], and Server the URL that issued the token; not set after a
	// move from another provider, until the first refresh.
	Platform, Server lifecycle.Value[string]
	// Due is why the last refresh found that the token is to be succeeded; not set if it is not.
	Due     lifecycle.Value[lifecycle.Reason]
	Current Current
	// Previous are the predecessors that live, newest first.
	Previous lifecycle.Value[[]lifecycle.Predecessor]
}

// Owner is the user whom a token belongs to.
type Owner struct {
	ID lifecycle.Value[string]
	// Username is not set if the account may not see it.
	Username lifecycle.Value[string]
}

// Secret is what state keeps of a token's secret: it as it is, it encrypted, or nothing.
type Secret struct {
	Plain     lifecycle.Value[pat.Secret]
	Encrypted lifecycle.Value[string]
}

// Null says whether nothing of the secret is kept.
func (s Secret) Null() bool { return s.Plain.Null() && s.Encrypted.Null() }

// Current is the live token.
type Current struct {
	ID, Name                       lifecycle.Value[string]
	CreatedAt, ExpiresAt, RotateAt lifecycle.Value[time.Time]
	Status                         lifecycle.Value[pat.Status]
	IssueReason                    lifecycle.Value[lifecycle.Reason]
	SHA256                         lifecycle.Value[string]
}

// User returns the user that the arguments name.
func (a Arguments) User() pat.UserRef { return pat.UserRef{ID: a.UserID.V, Username: a.Username.V} }

// Lifetime returns how long a token of the arguments lives.
func (a Arguments) Lifetime() lifecycle.Lifetime {
	return lifecycle.Lifetime{In: a.ExpiresIn.Option(), At: a.ExpiresAt.Option()}
}

// lifetimeKnown says whether Lifetime is what it will be.
func (a Arguments) lifetimeKnown() bool { return !a.ExpiresIn.Unknown && !a.ExpiresAt.Unknown }

// asksFor says whether the next token is to have the very name of this one.
func (a Arguments) asksFor(token pat.Token) bool {
	return a.NamePrefix.Null() && a.Name.V == token.Name
}

// names returns what tells the resource's tokens by their names. had are the prefixes that it had
// before.
func (a Arguments) names(had []string) lifecycle.Names {
	prefixes := had
	if a.NamePrefix.V != "" {
		prefixes = addUnique(had, a.NamePrefix.V)
	}

	return lifecycle.Names{Series: a.Series.V, Prefixes: prefixes}
}

// Order returns the token that the arguments ask for, to follow the generation of the record.
// What is not known or cannot be read makes it an order that nothing issues.
func (r Record) Order(userID string) Order {
	return Order{
		UserID: userID, Name: r.Name.V, NamePrefix: r.NamePrefix.V, Series: r.Series.V,
		Generation: r.Generation.V, Lifetime: r.Lifetime(),
	}
}

// LiveToken returns the live token, as far as the record knows it.
func (r Record) LiveToken() pat.Token {
	return pat.Token{
		UserID: r.Owner.ID.V, ID: r.Current.ID.V, Name: r.Current.Name.V, Status: r.Current.Status.V,
		CreatedAt: recordedTime(r.Current.CreatedAt), ExpiresAt: recordedTime(r.Current.ExpiresAt),
	}
}

// AsPredecessor returns the live token as the predecessor that it may become.
func (r Record) AsPredecessor() lifecycle.Predecessor {
	return lifecycle.Predecessor{Token: r.LiveToken(), Generation: r.Generation.V, SHA256: r.Current.SHA256.V}
}

// ID returns the resource's id, <user id>/<token id>.
func (r Record) ID() lifecycle.Value[string] {
	user, token := r.Owner.ID, r.Current.ID

	switch {
	case token.Unknown:
		return lifecycle.Unknown[string]()
	case !token.Set:
		return lifecycle.Value[string]{}
	default:
		return lifecycle.Known(user.V + "/" + token.V)
	}
}

// ownedBy is the record with another owner.
func (r Record) ownedBy(user pat.User) Record {
	r.Owner = Owner{ID: lifecycle.Known(user.ID), Username: setUnlessEmpty(user.Username)}

	return r
}

// on is the record of a token that this server has.
func (r Record) on(system pat.System) Record {
	r.Platform, r.Server = lifecycle.Known(system.Traits().Platform), lifecycle.Known(system.Server())

	return r
}

// shown is the live token with what the server shows of it; what it does not is left alone.
func (c Current) shown(token pat.Token) Current {
	c.ID, c.Name = lifecycle.Known(token.ID), lifecycle.Known(token.Name)
	c.ExpiresAt = setUnlessZero(token.ExpiresAt)
	c.Status = lifecycle.Known(token.Status)

	if !token.CreatedAt.IsZero() {
		c.CreatedAt = lifecycle.Known(token.CreatedAt)
	}

	return c
}

// inherit is the record with the outputs of the state before. A series is taken over unless the
// configuration has one, and so is the owner unless it is known already.
func (r Record) inherit(state Record) Record {
	arguments, owner := r.Arguments, r.Owner
	r = state
	r.Arguments = arguments

	if !r.Series.Set {
		r.Series = state.Series
	}

	if owner.ID.Set {
		r.Owner = owner
	}

	return r.withSecretApart()
}

// scheduled records when the live token is to be succeeded, by policy and expiry alone; unknown
// while the policy is.
func (r Record) scheduled(traits pat.Traits) Record {
	if r.Current.ID.Null() {
		return r
	}

	live := r.LiveToken()
	at, _ := r.Policy.DueAt(live.CreatedAt, live.ExpiresAt, traits)

	r.Current.RotateAt = setUnlessZero(at)
	if r.Policy.BeforeExpiry.Unknown || r.Policy.MaxAge.Unknown {
		r.Current.RotateAt = lifecycle.Unknown[time.Time]()
	}

	return r
}

// dueNow is scheduled, and records whether it is time. Only a token that works can be due.
func (r Record) dueNow(now time.Time, traits pat.Traits) Record {
	r = r.scheduled(traits)
	r.Due = lifecycle.Value[lifecycle.Reason]{}

	live := r.LiveToken()
	at, reason := r.Policy.DueAt(live.CreatedAt, live.ExpiresAt, traits)

	if live.Status == pat.StatusActive && !at.IsZero() && !now.Before(at) {
		r.Due = lifecycle.Known(reason)
	}

	return r
}

// recognized is the record of an imported token whose name is one of the series that the
// configuration sets: its generation is then known. Nothing else is guessed from names.
func (r Record) recognized(live pat.Token) Record {
	if r.Generation.V != 0 || r.Series.Null() || r.NamePrefix.Null() {
		return r
	}

	if r.Series.Unknown || r.NamePrefix.Unknown {
		r.Generation = lifecycle.Unknown[int64]()

		return r
	}

	if generation, ok := lifecycle.Generation(live.Name, r.NamePrefix.V, r.Series.V); ok {
		r.Generation = lifecycle.Known(generation)
	}

	return r
}

// AdoptedRecord returns the record of a token that was issued elsewhere, with the name and expiry that a
// configuration of it would have, but for where it is and by which argument its user is named.
func AdoptedRecord(owner pat.User, token pat.Token) Record {
	record := Record{
		Generation: lifecycle.Known[int64](0),
		Current:    Current{IssueReason: lifecycle.Known(lifecycle.ReasonImported)}.shown(token),
		Previous:   lifecycle.Known[[]lifecycle.Predecessor](nil),
	}.ownedBy(owner)

	record.Name, record.ExpiresAt = lifecycle.Known(token.Name), setUnlessZero(token.ExpiresAt)

	return record
}

// WithKnownSecret is the record of an adopted token whose secret the state that it comes from has:
// it is like one that was issued here.
func (r Record) WithKnownSecret(secret pat.Secret) Record {
	r.Generation = lifecycle.Known[int64](1)
	r.Secret.Plain = lifecycle.Known(secret)
	r.Version = versionOf(recordedTime(r.Current.CreatedAt))
	r.Current.SHA256 = lifecycle.Known(Fingerprint(secret))

	return r
}

// recipients returns who may read the secret, none if it is not to be encrypted.
func (a Arguments) recipients() ([]age.Recipient, error) {
	if !a.Recipients.Set {
		return nil, nil
	}

	return readRecipients(a.Recipients.V)
}

// keptSecret returns what state keeps of a secret: it as it is, or encrypted if there are recipients.
func keptSecret(secret pat.Secret, recipients []age.Recipient) (Secret, error) {
	if len(recipients) == 0 {
		return Secret{Plain: lifecycle.Known(secret)}, nil
	}

	sealed, err := sealSecret(secret, recipients)
	if err != nil {
		return Secret{}, err
	}

	return Secret{Encrypted: lifecycle.Known(sealed)}, nil
}

// plannedSecret is the secret of a token that is to be issued: it will be in one of two outputs,
// and the other one is null.
func (a Arguments) plannedSecret() Secret {
	plain, encrypted := lifecycle.Unknown[pat.Secret](), lifecycle.Unknown[string]()

	switch {
	case a.Recipients.Unknown:
		return Secret{Plain: plain, Encrypted: encrypted}
	case a.Recipients.Set:
		return Secret{Encrypted: encrypted}
	default:
		return Secret{Plain: plain}
	}
}

// withSecretApart keeps, of a secret that is taken over, only what the recipients allow in state:
// they can be recorded without another token, as for one that has expired when it was told to.
func (r Record) withSecretApart() Record {
	switch {
	case r.Recipients.Unknown:
		r.Secret = Secret{Plain: unknownUnlessNull(r.Secret.Plain), Encrypted: unknownUnlessNull(r.Secret.Encrypted)}
	case r.Recipients.Set:
		r.Secret.Plain = lifecycle.Value[pat.Secret]{}
	default:
		r.Secret.Encrypted = lifecycle.Value[string]{}
	}

	return r
}

func unknownUnlessNull[T any](value lifecycle.Value[T]) lifecycle.Value[T] {
	if value.Null() {
		return value
	}

	return lifecycle.Unknown[T]()
}

// versionOf returns the version of a secret that was issued then: the seconds since 1970. It is not
// set where that is not known, or before.
func versionOf(issued time.Time) lifecycle.Value[int64] {
	if issued.Unix() < 1 || issued.IsZero() {
		return lifecycle.Value[int64]{}
	}

	return lifecycle.Known(issued.Unix())
}

// setUnlessEmpty is a server's text, which is empty where it has none.
func setUnlessEmpty(text string) lifecycle.Value[string] {
	return lifecycle.Value[string]{V: text, Set: text != ""}
}

// setUnlessZero is a server's time, which is zero where it sent none.
func setUnlessZero(t time.Time) lifecycle.Value[time.Time] {
	return lifecycle.Value[time.Time]{V: t, Set: !t.IsZero()}
}

// recordedTime is the reverse of setUnlessZero.
func recordedTime(value lifecycle.Value[time.Time]) time.Time {
	if !value.Set {
		return time.Time{}
	}

	return pat.ServerTime(value.V)
}
