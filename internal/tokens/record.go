package tokens

import (
	"time"

	"filippo.io/age"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Arguments are the arguments of a token resource.
type Arguments struct {
	lifecycle.Arguments

	Username, UserID lifecycle.Value[string]
	// Series is the part that the names of all generations share. It is also an output: if the
	// configuration does not set it, it is drawn with the first generated name.
	Series lifecycle.Value[string]
	// Rotation is true if there is a rotation policy without unknown parts.
	Rotation bool
}

// Record is one token resource: its state, its plan or its configuration. Parts of a plan may be
// unknown; state has no unknown parts.
type Record struct {
	Arguments

	Owner  Owner
	Secret Secret
	// Version identifies a secret of the resource. It never repeats, even after a replacement or an
	// import. It is not set while the secret is not known.
	Version lifecycle.Value[int64]
	// Generation counts the names of the series; 0 for an imported token, whose secret is not known.
	Generation lifecycle.Value[int64]
	// Platform is the platform's name in [pat.Traits], and Server the URL of the server that issued
	// the token; both are not set between a move from another provider and the first refresh.
	Platform, Server lifecycle.Value[string]
	// Due is the reason why the last refresh found the token due for rotation; not set if it is not
	// due.
	Due     lifecycle.Value[lifecycle.Reason]
	Current Current
	// Previous are the active predecessors, newest first.
	Previous lifecycle.Value[[]lifecycle.Predecessor]
}

// Owner is the user that a token belongs to.
type Owner struct {
	ID lifecycle.Value[string]
	// Username is not set if the account lacks the permission to see it.
	Username lifecycle.Value[string]
}

// Secret is what state contains of a token's secret: its plain text, its encrypted form, or nothing.
type Secret struct {
	Plain     lifecycle.Value[pat.Secret]
	Encrypted lifecycle.Value[string]
}

// Null reports whether state contains nothing of the secret.
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

// Lifetime returns the lifetime that the arguments give a token.
func (a Arguments) Lifetime() lifecycle.Lifetime {
	return lifecycle.Lifetime{In: a.ExpiresIn.Option(), At: a.ExpiresAt.Option()}
}

// lifetimeKnown reports whether Lifetime is final.
func (a Arguments) lifetimeKnown() bool { return !a.ExpiresIn.Unknown && !a.ExpiresAt.Unknown }

// asksFor reports whether the next token is to have the name of this one.
func (a Arguments) asksFor(token pat.Token) bool {
	return a.NamePrefix.Null() && a.Name.V == token.Name
}

// names returns the rule that recognizes the resource's tokens by their names. had are its earlier
// prefixes.
func (a Arguments) names(had []string) lifecycle.Names {
	prefixes := had
	if a.NamePrefix.V != "" {
		prefixes = addUnique(had, a.NamePrefix.V)
	}

	return lifecycle.Names{Series: a.Series.V, Prefixes: prefixes}
}

// Order returns the order for the generation after the record's. If an argument is unknown or cannot
// be read, no token can be issued with it.
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

// AsPredecessor returns the live token as the predecessor that it would become.
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

// ownedBy returns the record with another owner.
func (r Record) ownedBy(user pat.User) Record {
	r.Owner = Owner{ID: lifecycle.Known(user.ID), Username: setUnlessEmpty(user.Username)}

	return r
}

// on returns the record with this server and its platform.
func (r Record) on(system pat.System) Record {
	r.Platform, r.Server = lifecycle.Known(system.Traits().Platform), lifecycle.Known(system.Server())

	return r
}

// shown returns the live token updated with what the server sent. Fields that it did not send are
// kept.
func (c Current) shown(token pat.Token) Current {
	c.ID, c.Name = lifecycle.Known(token.ID), lifecycle.Known(token.Name)
	c.ExpiresAt = setUnlessZero(token.ExpiresAt)
	c.Status = lifecycle.Known(token.Status)

	if !token.CreatedAt.IsZero() {
		c.CreatedAt = lifecycle.Known(token.CreatedAt)
	}

	return c
}

// inherit returns the record with the outputs of the state. The series is taken from the state unless
// the configuration sets one, and the owner unless it is already known.
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

// scheduled records when the live token becomes due, which depends only on its policy and expiry. The
// time is unknown while the policy is.
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

// dueNow is scheduled and also records whether the token is due. Only an active token can be due.
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

// recognized determines the generation of an imported token whose name belongs to the series that the
// configuration sets. Nothing else is derived from names.
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

// AdoptedRecord returns the record of a token that was issued elsewhere, with the name and expiry
// that its configuration would have. It leaves open on which server the token is, and which argument
// names its user.
func AdoptedRecord(owner pat.User, token pat.Token) Record {
	record := Record{
		Generation: lifecycle.Known[int64](0),
		Current:    Current{IssueReason: lifecycle.Known(lifecycle.ReasonImported)}.shown(token),
		Previous:   lifecycle.Known[[]lifecycle.Predecessor](nil),
	}.ownedBy(owner)

	record.Name, record.ExpiresAt = lifecycle.Known(token.Name), setUnlessZero(token.ExpiresAt)

	return record
}

// WithKnownSecret returns the record of an adopted token whose secret is known from its former state.
// It is like the record of a token that was issued here.
func (r Record) WithKnownSecret(secret pat.Secret) Record {
	r.Generation = lifecycle.Known[int64](1)
	r.Secret.Plain = lifecycle.Known(secret)
	r.Version = versionOf(recordedTime(r.Current.CreatedAt))
	r.Current.SHA256 = lifecycle.Known(Fingerprint(secret))

	return r
}

// recipients returns the recipients of the secret, or none if it is not to be encrypted.
func (a Arguments) recipients() ([]age.Recipient, error) {
	if !a.Recipients.Set {
		return nil, nil
	}

	return readRecipients(a.Recipients.V)
}

// keptSecret returns what state keeps of a secret: its plain text, or its encrypted form if there are
// recipients.
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

// plannedSecret returns the secret of a token that is to be issued: one of the two outputs will have
// it, and the other is null.
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

// withSecretApart reduces a secret taken over from state to the form that the recipients allow:
// recipients can change without a new token, for example if the token expired because of
// `expires_at`.
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

// versionOf returns the version of a secret that was issued at that time, in seconds since 1970. It
// is not set if the time is unknown or before 1970.
func versionOf(issued time.Time) lifecycle.Value[int64] {
	if issued.Unix() < 1 || issued.IsZero() {
		return lifecycle.Value[int64]{}
	}

	return lifecycle.Known(issued.Unix())
}

// setUnlessEmpty returns a text that the server sent, or no value if the text is empty.
func setUnlessEmpty(text string) lifecycle.Value[string] {
	return lifecycle.Value[string]{V: text, Set: text != ""}
}

// setUnlessZero returns a time that the server sent, or no value if the time is zero.
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
