package controllerserver

// Switches choose between what a real server might do where the vendor's
// documentation does not say. The zero value of each is the likeliest; the table in
// the package's documentation has all of them.
type Switches struct {
	DuplicateName   DuplicateName
	UnknownToken    UnknownToken
	ListWithoutUser ListWithoutUser
	NoExpiry        NoExpiry
	TokenUserID     TokenUserID
	UnknownUser     UnknownUser
	ExpiredTokens   ExpiredTokens
	Accept          Accept
	// MaxLifetimeDays is the longest life of a new token in days, as the system property
	// of controllers from 7.4 on sets it: an expiration is mandatory then and at most
	// that many days from today. 0 is no limit. Tokens that exist are not concerned.
	MaxLifetimeDays int
	Times           Times
	LastDay         LastDay
	ServiceRole     ServiceRole
	UserShape       UserShape
	Quotes          Quotes
	RevokeAnswer    RevokeAnswer
	LastUse         LastUse
	PayloadTokens   PayloadTokens
	PasswordLeftOut PasswordLeftOut
	UnknownMembers  UnknownMembers
	LimitedUpdate   LimitedUpdate
}

// DuplicateName is what a create gets whose name the user's tokens have already.
type DuplicateName int

// The values of [DuplicateName].
const (
	// DuplicateIs400 refuses with the status of four other creates of the API.
	DuplicateIs400 DuplicateName = iota
	// DuplicateIs404 refuses with the status that most creates of the API have.
	DuplicateIs404
	// DuplicateAllowed makes twins; a revoke removes all of that name.
	DuplicateAllowed
)

// UnknownToken is what a revoke gets that names no token of the user.
type UnknownToken int

// The values of [UnknownToken]. The text of the two errors does not mention the user.
const (
	UnknownTokenIs404 UnknownToken = iota
	UnknownTokenIs400
	UnknownTokenIs200
)

// ListWithoutUser is what a token list gets that names no user.
type ListWithoutUser int

// The values of [ListWithoutUser].
const (
	ListWithoutUserIs400 ListWithoutUser = iota
	// ListWithoutUserIsOwn lists the caller's own tokens.
	ListWithoutUserIsOwn
)

// NoExpiry is how the expiration of a token is shown that never expires.
type NoExpiry int

// The values of [NoExpiry].
const (
	// NoExpiryIsNull is null in JSON and an empty element in XML.
	NoExpiryIsNull NoExpiry = iota
	// NoExpiryIsAbsent leaves the key and the element out.
	NoExpiryIsAbsent
	// NoExpiryIsEmpty is an empty text.
	NoExpiryIsEmpty
	// NoExpiryIsNever is the word that an unused token's lastUsed has.
	NoExpiryIsNever
)

// TokenUserID says whether the tokens of a list have userId.
type TokenUserID int

// The values of [TokenUserID].
const (
	TokenUserIDAbsent TokenUserID = iota
	TokenUserIDPresent
	// TokenUserIDNull is null in JSON and an empty element in XML.
	TokenUserIDNull
)

// UnknownUser is what a token list gets that names a user who does not exist.
type UnknownUser int

// The values of [UnknownUser].
const (
	UnknownUserIs404 UnknownUser = iota
	UnknownUserIsEmpty
)

// ExpiredTokens says whether expired tokens are shown.
type ExpiredTokens int

// The values of [ExpiredTokens].
const (
	ExpiredListed ExpiredTokens = iota
	// ExpiredHidden leaves them out of all answers. Their rows stay: the name is taken,
	// and a revoke finds it.
	ExpiredHidden
)

// Accept says how much a request's Accept header counts.
type Accept int

// The values of [Accept].
const (
	// AcceptLenient answers XML, or text, to who accepts none of what there is.
	AcceptLenient Accept = iota
	// AcceptStrict refuses with 406, before anything is done.
	AcceptStrict
)

// Times says whose zone createTime and lastUsed are printed in.
type Times int

// The values of [Times].
const (
	TimesInServerZone Times = iota
	// TimesInCallerZone prints in the timeZone of the user that calls, if that is a
	// zone's IANA name.
	TimesInCallerZone
)

// LastDay says whether a token works on the day of its expiration, which is a day in
// the server's zone.
type LastDay int

// The values of [LastDay].
const (
	// ValidThroughDay lets a token work until its day ends.
	ValidThroughDay LastDay = iota
	// ExpiredFromDay ends it when its day begins; today is a past date then.
	ExpiredFromDay
)

// ServiceRole says what [RoleService] sees of other users' tokens.
type ServiceRole int

// The values of [ServiceRole].
const (
	ServiceRoleOwnTokens ServiceRole = iota
	ServiceRoleAllTokens
)

// UserShape is which properties a user has.
type UserShape int

// The values of [UserShape].
const (
	// UserShapeCurrent is that of 7.6 and later.
	UserShapeCurrent UserShape = iota
	// UserShape73 has neither impersonate nor notGroups; tokens are absent unless asked
	// for, and a list has no retainSysIds.
	UserShape73
)

// Quotes are those around the user in the text of a 404.
type Quotes int

// The values of [Quotes].
const (
	QuotesStraight Quotes = iota
	QuotesCurly
)

// RevokeAnswer is the body of a revoke's 200.
type RevokeAnswer int

// The values of [RevokeAnswer].
const (
	RevokeAnswerText RevokeAnswer = iota
	RevokeAnswerEmpty
)

// LastUse is how the lastUsed of a token is shown that was used.
type LastUse int

// The values of [LastUse].
const (
	// LastUseIsTime is in the form of createTime.
	LastUseIsTime LastUse = iota
	LastUseIsISO
	// LastUseIsMilliseconds counts from 1970, as a number.
	LastUseIsMilliseconds
)

// PayloadTokens says what the tokens in the record of a modified user do to the user's tokens.
type PayloadTokens int

// The values of [PayloadTokens].
const (
	PayloadTokensIgnored PayloadTokens = iota
	// PayloadTokensReconciled revokes the tokens that the record does not list, if it lists any or
	// an empty list.
	PayloadTokensReconciled
	// PayloadTokensCleared does the same, and takes a record without a list for an empty one.
	PayloadTokensCleared
)

// PasswordLeftOut says what becomes of the password of a modified user whose record has none.
type PasswordLeftOut int

// The values of [PasswordLeftOut].
const (
	PasswordLeftOutKept PasswordLeftOut = iota
	// PasswordLeftOutCleared blanks it, as any other member that is left out.
	PasswordLeftOutCleared
	// PasswordLeftOutRefused is a 400.
	PasswordLeftOutRefused
)

// UnknownMembers says what becomes of members of a modified user's record that the API does not
// document.
type UnknownMembers int

// The values of [UnknownMembers].
const (
	// UnknownMembersStored treats them as any other: stored as sent, and blanked if left out.
	UnknownMembersStored UnknownMembers = iota
	// UnknownMembersIgnored leaves them as they are.
	UnknownMembersIgnored
	// UnknownMembersRefused is a 400.
	UnknownMembersRefused
)

// LimitedUpdate says how a user without a right to modify all of its record, who sends a whole one,
// is kept from the rest.
type LimitedUpdate int

// The values of [LimitedUpdate].
const (
	// LimitedUpdateCompared refuses a record in which another member changes.
	LimitedUpdateCompared LimitedUpdate = iota
	// LimitedUpdateIgnored takes what the user may modify and drops the rest.
	LimitedUpdateIgnored
	// LimitedUpdateRefused refuses a record that has another member at all.
	LimitedUpdateRefused
)
