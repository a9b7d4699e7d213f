package controllerserver

// Variant is a server that differs from the default in one switch.
type Variant struct {
	// Name is the switch and its value, such as "duplicate name 404".
	Name string
	// Options set that switch and nothing else.
	Options Options
}

// variantLifetimeDays is the maximum lifetime in the variant that has one.
const variantLifetimeDays = 365

// value is a value of a switch.
type value struct {
	name string
	set  func(*Switches)
}

// switchValues is a switch and its values, the default first.
type switchValues struct {
	name   string
	values []value
}

// Variants returns the default server and one server for every other value of every switch, so that
// together they cover every value. The first one is called "defaults".
func Variants() []Variant {
	variants := []Variant{{Name: "defaults"}}
	for _, s := range allSwitches() {
		for _, v := range s.values[1:] {
			variant := Variant{Name: s.name + " " + v.name}
			v.set(&variant.Options.Switches)
			variants = append(variants, variant)
		}
	}
	return variants
}

// allSwitches returns the rows of the table in the package's documentation.
func allSwitches() []switchValues {
	return []switchValues{
		{"duplicate name", []value{
			{"400", func(s *Switches) { s.DuplicateName = DuplicateIs400 }},
			{"404", func(s *Switches) { s.DuplicateName = DuplicateIs404 }},
			{"allowed", func(s *Switches) { s.DuplicateName = DuplicateAllowed }},
		}},
		{"unknown token", []value{
			{"404", func(s *Switches) { s.UnknownToken = UnknownTokenIs404 }},
			{"400", func(s *Switches) { s.UnknownToken = UnknownTokenIs400 }},
			{"200", func(s *Switches) { s.UnknownToken = UnknownTokenIs200 }},
		}},
		{"list without user", []value{
			{"400", func(s *Switches) { s.ListWithoutUser = ListWithoutUserIs400 }},
			{"own", func(s *Switches) { s.ListWithoutUser = ListWithoutUserIsOwn }},
		}},
		{"no expiry", []value{
			{"null", func(s *Switches) { s.NoExpiry = NoExpiryIsNull }},
			{"absent", func(s *Switches) { s.NoExpiry = NoExpiryIsAbsent }},
			{"empty", func(s *Switches) { s.NoExpiry = NoExpiryIsEmpty }},
			{"Never", func(s *Switches) { s.NoExpiry = NoExpiryIsNever }},
		}},
		{"token user id", []value{
			{"absent", func(s *Switches) { s.TokenUserID = TokenUserIDAbsent }},
			{"present", func(s *Switches) { s.TokenUserID = TokenUserIDPresent }},
			{"null", func(s *Switches) { s.TokenUserID = TokenUserIDNull }},
		}},
		{"unknown user in list", []value{
			{"404", func(s *Switches) { s.UnknownUser = UnknownUserIs404 }},
			{"empty", func(s *Switches) { s.UnknownUser = UnknownUserIsEmpty }},
		}},
		{"expired tokens", []value{
			{"listed", func(s *Switches) { s.ExpiredTokens = ExpiredListed }},
			{"hidden", func(s *Switches) { s.ExpiredTokens = ExpiredHidden }},
		}},
		{"accept", []value{
			{"lenient", func(s *Switches) { s.Accept = AcceptLenient }},
			{"strict", func(s *Switches) { s.Accept = AcceptStrict }},
		}},
		{"maximum lifetime", []value{
			{"none", func(s *Switches) { s.MaxLifetimeDays = 0 }},
			{"365 days", func(s *Switches) { s.MaxLifetimeDays = variantLifetimeDays }},
		}},
		{"times", []value{
			{"server", func(s *Switches) { s.Times = TimesInServerZone }},
			{"caller", func(s *Switches) { s.Times = TimesInCallerZone }},
		}},
		{"last day", []value{
			{"valid", func(s *Switches) { s.LastDay = ValidThroughDay }},
			{"expired", func(s *Switches) { s.LastDay = ExpiredFromDay }},
		}},
		{"service role", []value{
			{"own tokens", func(s *Switches) { s.ServiceRole = ServiceRoleOwnTokens }},
			{"all tokens", func(s *Switches) { s.ServiceRole = ServiceRoleAllTokens }},
		}},
		{"user shape", []value{
			{"current", func(s *Switches) { s.UserShape = UserShapeCurrent }},
			{"7.3", func(s *Switches) { s.UserShape = UserShape73 }},
		}},
		{"quotes", []value{
			{"straight", func(s *Switches) { s.Quotes = QuotesStraight }},
			{"curly", func(s *Switches) { s.Quotes = QuotesCurly }},
		}},
		{"revoke answer", []value{
			{"text", func(s *Switches) { s.RevokeAnswer = RevokeAnswerText }},
			{"nothing", func(s *Switches) { s.RevokeAnswer = RevokeAnswerEmpty }},
		}},
		{"last use", []value{
			{"time", func(s *Switches) { s.LastUse = LastUseIsTime }},
			{"ISO 8601", func(s *Switches) { s.LastUse = LastUseIsISO }},
			{"milliseconds", func(s *Switches) { s.LastUse = LastUseIsMilliseconds }},
		}},
		{"tokens in a record", []value{
			{"ignored", func(s *Switches) { s.PayloadTokens = PayloadTokensIgnored }},
			{"reconciled", func(s *Switches) { s.PayloadTokens = PayloadTokensReconciled }},
			{"cleared", func(s *Switches) { s.PayloadTokens = PayloadTokensCleared }},
		}},
		{"password left out", []value{
			{"kept", func(s *Switches) { s.PasswordLeftOut = PasswordLeftOutKept }},
			{"cleared", func(s *Switches) { s.PasswordLeftOut = PasswordLeftOutCleared }},
			{"refused", func(s *Switches) { s.PasswordLeftOut = PasswordLeftOutRefused }},
		}},
		{"unknown members", []value{
			{"stored", func(s *Switches) { s.UnknownMembers = UnknownMembersStored }},
			{"ignored", func(s *Switches) { s.UnknownMembers = UnknownMembersIgnored }},
			{"refused", func(s *Switches) { s.UnknownMembers = UnknownMembersRefused }},
		}},
		{"limited update", []value{
			{"compared", func(s *Switches) { s.LimitedUpdate = LimitedUpdateCompared }},
			{"ignored", func(s *Switches) { s.LimitedUpdate = LimitedUpdateIgnored }},
			{"refused", func(s *Switches) { s.LimitedUpdate = LimitedUpdateRefused }},
		}},
	}
}
