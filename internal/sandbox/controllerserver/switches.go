package controllerserver

// Switches select between the ways in which a real server might behave where the vendor's
// documentation is silent. The zero value of each is the likeliest one; the table in the package's
// documentation lists them all.
type Switches struct {
	DuplicateName   DuplicateName
	UnknownToken    UnknownToken
	ListWithoutUser ListWithoutUser
	NoExpiry        NoExpiry
	TokenUserID     TokenUserID
	UnknownUser     UnknownUser
	ExpiredTokens   ExpiredTokens
	Accept          Accept
	// MaxLifetimeDays is the longest lifetime of a new token in days, as the system property of
	// controllers from 7.4 on sets it: an expiration is then mandatory, and at most that many days
	// from today. 0 means no limit. Existing tokens are not affected.
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

// DuplicateName is the response to a create whose name one of the user's tokens already has.
type DuplicateName int

// The values of [DuplicateName].
const (
	// DuplicateIs400 refuses with the status of four other creates of the API.
	DuplicateIs400 DuplicateName = iota
	// DuplicateIs404 refuses with the status of most creates of the API.
	DuplicateIs404
	// DuplicateAllowed issues a second token of that name; a revoke removes all tokens of the name.
	DuplicateAllowed
)

// UnknownToken is the response to a revoke of a token that the user does not have.
type UnknownToken int

// The values of [UnknownToken]. The text of the two errors does not mention the user.
const (
	UnknownTokenIs404 UnknownToken = iota
	UnknownTokenIs400
	UnknownTokenIs200
)

// ListWithoutUser is the response to a token list that names no user.
type ListWithoutUser int

// The values of [ListWithoutUser].
const (
	ListWithoutUserIs400 ListWithoutUser = iota
	// ListWithoutUserIsOwn lists the caller's own tokens.
	ListWithoutUserIsOwn
)

// NoExpiry is how the expiration of a token that never expires is shown.
type NoExpiry int

// The values of [NoExpiry].
const (
	// NoExpiryIsNull is null in JSON and an empty element in XML.
	NoExpiryIsNull NoExpiry = iota
	// NoExpiryIsAbsent omits the key and the element.
	NoExpiryIsAbsent
	// NoExpiryIsEmpty is an empty text.
	NoExpiryIsEmpty
	// NoExpiryIsNever is the word that lastUsed of an unused token has.
	NoExpiryIsNever
)

// TokenUserID says whether the tokens of a list have a userId.
type TokenUserID int

// The values of [TokenUserID].
const (
	TokenUserIDAbsent TokenUserID = iota
	TokenUserIDPresent
	// TokenUserIDNull is null in JSON and an empty element in XML.
	TokenUserIDNull
)

// UnknownUser is the response to a token list that names a user who does not exist.
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
	// ExpiredHidden omits them from all responses. Their rows stay: the name remains taken, and a
	// revoke finds it.
	ExpiredHidden
)

// Accept says whether the server enforces a request's Accept header.
type Accept int

// The values of [Accept].
const (
	// AcceptLenient responds with XML, or text, to clients that accept none of the available
	// formats.
	AcceptLenient Accept = iota
	// AcceptStrict refuses with 406 before it does anything.
	AcceptStrict
)

// Times says in which time zone createTime and lastUsed are shown.
type Times int

// The values of [Times].
const (
	TimesInServerZone Times = iota
	// TimesInCallerZone uses the timeZone of the calling user, if that is the IANA name of a zone.
	TimesInCallerZone
)

// LastDay says whether a token works on the day of its expiration, which is a day in the server's
// time zone.
type LastDay int

// The values of [LastDay].
const (
	// ValidThroughDay lets a token work until the end of that day.
	ValidThroughDay LastDay = iota
	// ExpiredFromDay ends it at the beginning of that day; today then counts as a past date.
	ExpiredFromDay
)

// ServiceRole says what [RoleService] sees of other users' tokens.
type ServiceRole int

// The values of [ServiceRole].
const (
	ServiceRoleOwnTokens ServiceRole = iota
	ServiceRoleAllTokens
)

// UserShape says which properties a user has.
type UserShape int

// The values of [UserShape].
const (
	// UserShapeCurrent is the shape of 7.6 and later.
	UserShapeCurrent UserShape = iota
	// UserShape73 has neither impersonate nor notGroups; tokens are absent unless the request asks
	// for them, and a list has no retainSysIds.
	UserShape73
)

// Quotes are the quotation marks around the user in the text of a 404.
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

// LastUse is how lastUsed of a token that was used is shown.
type LastUse int

// The values of [LastUse].
const (
	// LastUseIsTime uses the format of createTime.
	LastUseIsTime LastUse = iota
	LastUseIsISO
	// LastUseIsMilliseconds counts from 1970, as a number.
	LastUseIsMilliseconds
)

// PayloadTokens says how the tokens in the record of a modified user affect the user's tokens.
type PayloadTokens int

// The values of [PayloadTokens].
const (
	PayloadTokensIgnored PayloadTokens = iota
	// PayloadTokensReconciled revokes the tokens that the record's list omits, if the record has a
	// list, even an empty one.
	PayloadTokensReconciled
	// PayloadTokensCleared does the same, and treats a record without a list like one with an empty
	// list.
	PayloadTokensCleared
)

// PasswordLeftOut says what happens to the password of a modified user whose record omits it.
type PasswordLeftOut int

// The values of [PasswordLeftOut].
const (
	PasswordLeftOutKept PasswordLeftOut = iota
	// PasswordLeftOutCleared clears it, like any other member that the record omits.
	PasswordLeftOutCleared
	// PasswordLeftOutRefused is a 400.
	PasswordLeftOutRefused
)

// UnknownMembers says what happens to members of a modified user's record that the API does not
// document.
type UnknownMembers int

// The values of [UnknownMembers].
const (
	// UnknownMembersStored treats them like any other member: stored as sent, and cleared if
	// omitted.
	UnknownMembersStored UnknownMembers = iota
	// UnknownMembersIgnored leaves them as they are.
	UnknownMembersIgnored
	// UnknownMembersRefused is a 400.
	UnknownMembersRefused
)

// LimitedUpdate says how the server limits a user who may modify only part of its own record but
// sends the whole record.
type LimitedUpdate int

// The values of [LimitedUpdate].
const (
	// LimitedUpdateCompared refuses a record in which another member changes.
	LimitedUpdateCompared LimitedUpdate = iota
	// LimitedUpdateIgnored stores what the user may modify and drops the rest.
	LimitedUpdateIgnored
	// LimitedUpdateRefused refuses a record that contains any other member.
	LimitedUpdateRefused
)
