package lifecycle

import (
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// rotating returns the arguments of a token that was created on the first of January and rotates
// according to this policy.
func rotating(policy Policy, triggers map[string]Value[string]) Arguments {
	return Arguments{NamePrefix: set("ci-"), ExpiresIn: set(90 * Day), Policy: policy, Triggers: Triggers{Values: triggers}}
}

func TestDecide_rotation(t *testing.T) {
	t.Parallel()

	type values = map[string]Value[string]

	var (
		created = instant(t, "2026-01-01T12:00:00Z")
		expires = created.Add(90 * Day)
		unknown = Value[time.Duration]{Unknown: true}

		live = Current{Generation: 3, Token: pat.Token{
			Name: "ci-abc234-3", Status: pat.StatusActive, CreatedAt: created, ExpiresAt: expires,
		}}
		due      = func(c Current, reason Reason) Current { c.Due = reason; return c }
		with     = func(c Current, status pat.Status) Current { c.Status = status; return c }
		imported = func(c Current) Current { c.Generation, c.Name = 0, "old"; return c }
		gone     = func(c Current) Current { c.Status, c.UserGone = pat.StatusMissing, true; return c }

		none     = rotating(Policy{}, nil)
		aged     = rotating(Policy{MaxAge: set(60 * Day)}, nil)
		younger  = rotating(Policy{MaxAge: set(30 * Day)}, nil)
		elder    = rotating(Policy{MaxAge: set(70 * Day)}, nil)
		expiring = rotating(Policy{BeforeExpiry: set(14 * Day)}, nil)
		longer   = rotating(Policy{MaxAge: set(60 * Day), Overlap: set(2 * Day)}, nil)
		held     = rotating(Policy{MaxAge: set(60 * Day), HoldIfUsedWithin: set(Day)}, nil)
		one      = rotating(Policy{}, values{"a": set("1")})
		two      = rotating(Policy{}, values{"a": set("2")})
		later    = rotating(Policy{}, values{"a": {Unknown: true}})
		change   = func(a Arguments, f func(*Arguments)) Arguments { f(&a); return a }
		keeping  = func(a Arguments) Arguments { a.ReissueWhenInvalid = set(false); return a }
		asking   = func(a Arguments) Arguments { a.ReissueWhenInvalid = Unknown[bool](); return a }
		until    = func(a Arguments, at time.Time) Arguments {
			a.ExpiresIn, a.ExpiresAt = Value[time.Duration]{}, set(at)
			return a
		}
		fixed = func(a Arguments) Arguments { a.Name, a.NamePrefix = set(live.Name), Value[string]{}; return a }

		reissues = func(reason Reason) Decision { return Decision{Action: Reissue, Reason: reason, Argument: "rotation"} }
		refuses  = func(reason Reason) Decision { return Decision{Action: Refuse, Reason: reason, Argument: "rotation"} }
		invalid  = func(reason Reason) Decision { return Decision{Action: Reissue, Reason: reason, Argument: ""} }
		perhaps  = Decision{Action: MayReissue}
		keeps    = Decision{}

		before = created.Add(59 * Day)  // not due with aged
		after  = created.Add(61 * Day)  // due with aged
		past   = created.Add(200 * Day) // due with any policy
	)

	for name, test := range map[string]struct {
		current       Current
		before, after Arguments
		traits        pat.Traits
		plan          Decision
		now           time.Time // of the apply, if the plan left the decision open
		apply         Decision
	}{
		"not due":                                 {current: live, before: aged, after: aged, plan: keeps},
		"due by its age":                          {current: due(live, ReasonMaxAge), before: aged, after: aged, plan: reissues(ReasonMaxAge)},
		"due before its expiry":                   {current: due(live, ReasonBeforeExpiry), before: expiring, after: expiring, plan: reissues(ReasonBeforeExpiry)},
		"due, and an argument is recorded":        {current: due(live, ReasonMaxAge), before: aged, after: change(aged, func(a *Arguments) { a.ExpiresIn = Value[time.Duration]{} }), plan: reissues(ReasonMaxAge)},
		"due, and triggers are added":             {current: due(live, ReasonMaxAge), before: aged, after: change(aged, func(a *Arguments) { a.Triggers = one.Triggers }), plan: reissues(ReasonMaxAge)},
		"due, and a trigger changes":              {current: due(live, ReasonMaxAge), before: one, after: two, plan: reissues(ReasonTriggers)},
		"due, and a prefix changes":               {current: due(live, ReasonMaxAge), before: aged, after: change(aged, func(a *Arguments) { a.NamePrefix = set("cd-") }), plan: Decision{Action: Reissue, Reason: ReasonChanged, Argument: "name_prefix"}},
		"due, and a prefix is not known":          {current: due(live, ReasonMaxAge), before: aged, after: change(aged, func(a *Arguments) { a.NamePrefix = Value[string]{Unknown: true} }), plan: perhaps},
		"due, and the policy is removed":          {current: due(live, ReasonMaxAge), before: aged, after: none, plan: perhaps, now: after, apply: keeps},
		"due, and edited to later, and not due":   {current: due(live, ReasonMaxAge), before: aged, after: elder, plan: perhaps, now: after, apply: keeps},
		"due, and edited to later, and still due": {current: due(live, ReasonMaxAge), before: aged, after: elder, plan: perhaps, now: past, apply: reissues(ReasonMaxAge)},
		"due, and edited to another reason":       {current: due(live, ReasonMaxAge), before: aged, after: expiring, plan: perhaps, now: past, apply: reissues(ReasonBeforeExpiry)},
		"due, and the overlap is edited":          {current: due(live, ReasonMaxAge), before: aged, after: longer, plan: perhaps, now: after, apply: reissues(ReasonMaxAge)},
		"due, and the hold is edited":             {current: due(live, ReasonMaxAge), before: aged, after: held, plan: perhaps, now: after, apply: reissues(ReasonMaxAge)},
		"due, and the policy is not known":        {current: due(live, ReasonMaxAge), before: aged, after: change(aged, func(a *Arguments) { a.Policy.MaxAge = unknown }), plan: perhaps},
		"due, and the overlap is not known":       {current: due(live, ReasonMaxAge), before: aged, after: change(aged, func(a *Arguments) { a.Policy.Overlap = unknown }), plan: perhaps},

		"a policy is set, not due with it":            {current: live, before: none, after: aged, plan: perhaps, now: before, apply: keeps},
		"a policy is set, due with it":                {current: live, before: none, after: aged, plan: perhaps, now: after, apply: reissues(ReasonMaxAge)},
		"due to the second":                           {current: live, before: none, after: aged, plan: perhaps, now: created.Add(60 * Day), apply: reissues(ReasonMaxAge)},
		"a second before it is due":                   {current: live, before: none, after: aged, plan: perhaps, now: created.Add(60*Day - time.Second), apply: keeps},
		"edited to earlier, not due":                  {current: live, before: aged, after: younger, plan: perhaps, now: created.Add(29 * Day), apply: keeps},
		"edited to earlier, due":                      {current: live, before: aged, after: younger, plan: perhaps, now: created.Add(31 * Day), apply: reissues(ReasonMaxAge)},
		"edited to earlier, for another reason":       {current: live, before: expiring, after: aged, plan: perhaps, now: after, apply: reissues(ReasonMaxAge)},
		"edited to later":                             {current: live, before: aged, after: elder, plan: keeps},
		"edited to later, for another reason":         {current: live, before: aged, after: expiring, plan: keeps},
		"edited to the same moment":                   {current: live, before: rotating(Policy{MaxAge: set(76 * Day)}, nil), after: expiring, plan: keeps},
		"the policy is removed":                       {current: live, before: aged, after: none, plan: keeps},
		"the overlap is edited":                       {current: live, before: aged, after: longer, plan: keeps},
		"the hold is edited":                          {current: live, before: aged, after: held, plan: keeps},
		"the overlap is not known":                    {current: live, before: aged, after: change(aged, func(a *Arguments) { a.Policy.Overlap = unknown }), plan: keeps},
		"max_age is not known":                        {current: live, before: none, after: rotating(Policy{MaxAge: unknown}, nil), plan: perhaps},
		"before_expiry is not known":                  {current: live, before: none, after: rotating(Policy{BeforeExpiry: unknown}, nil), plan: perhaps},
		"before_expiry of a token that never expires": {current: Current{Generation: 1, Token: pat.Token{Name: "ci-abc234-1", Status: pat.StatusActive, CreatedAt: created}}, before: none, after: expiring, plan: keeps},
		"max_age, without a time of creation":         {current: Current{Generation: 1, Token: pat.Token{Name: "ci-abc234-1", Status: pat.StatusActive}}, before: none, after: aged, plan: keeps},
		"a date is due by its earliest reading":       {current: live, before: none, after: expiring, traits: days, plan: perhaps, now: expires.Add(-14*Day - 14*time.Hour), apply: reissues(ReasonBeforeExpiry)},
		"a date is not due before that":               {current: live, before: none, after: expiring, traits: days, plan: perhaps, now: expires.Add(-14*Day - 14*time.Hour - time.Second), apply: keeps},
		"an instant is not due that early":            {current: live, before: none, after: expiring, plan: perhaps, now: expires.Add(-14*Day - 14*time.Hour), apply: keeps},
		"another clock, five minutes behind":          {current: live, before: none, after: aged, plan: perhaps, now: created.Add(-5 * time.Minute), apply: keeps},
		"a trigger changes":                           {current: live, before: one, after: two, plan: reissues(ReasonTriggers)},
		"triggers are set":                            {current: live, before: none, after: one, plan: keeps},
		"triggers are removed":                        {current: live, before: one, after: none, plan: keeps},
		"a trigger is not known":                      {current: live, before: one, after: later, plan: perhaps},
		"the triggers are not known":                  {current: live, before: one, after: change(none, func(a *Arguments) { a.Triggers.Unknown = true }), plan: perhaps},
		"new triggers are not known":                  {current: live, before: none, after: change(none, func(a *Arguments) { a.Triggers.Unknown = true }), plan: keeps},
		"a trigger changes, and a policy is edited":   {current: live, before: one, after: change(two, func(a *Arguments) { a.Policy = younger.Policy }), plan: reissues(ReasonTriggers)},

		"imported, due":                               {current: due(imported(live), ReasonMaxAge), before: aged, after: aged, plan: reissues(ReasonMaxAge)},
		"imported, a policy is set":                   {current: imported(live), before: none, after: aged, plan: keeps},
		"imported, edited to earlier":                 {current: imported(live), before: aged, after: younger, plan: keeps},
		"imported, due, and the policy is edited":     {current: due(imported(live), ReasonMaxAge), before: aged, after: younger, plan: keeps},
		"imported, due, and the overlap is edited":    {current: due(imported(live), ReasonMaxAge), before: aged, after: longer, plan: keeps},
		"imported, due, and the policy is not known":  {current: due(imported(live), ReasonMaxAge), before: aged, after: change(aged, func(a *Arguments) { a.Policy.MaxAge = unknown }), plan: perhaps},
		"imported, due, and the overlap is not known": {current: due(imported(live), ReasonMaxAge), before: aged, after: change(aged, func(a *Arguments) { a.Policy.Overlap = unknown }), plan: perhaps},
		"imported, and the policy is not known":       {current: imported(live), before: none, after: rotating(Policy{MaxAge: unknown}, nil), plan: keeps},
		"imported, a trigger changes":                 {current: imported(live), before: one, after: two, plan: reissues(ReasonTriggers)},
		"imported, a trigger is not known":            {current: imported(live), before: one, after: later, plan: perhaps},
		"imported, triggers are set":                  {current: imported(live), before: none, after: one, plan: keeps},
		"imported, a prefix changes":                  {current: imported(live), before: aged, after: change(aged, func(a *Arguments) { a.NamePrefix = set("cd-") }), plan: keeps},
		"imported, due, and a prefix changes":         {current: due(imported(live), ReasonMaxAge), before: aged, after: change(aged, func(a *Arguments) { a.NamePrefix = set("cd-") }), plan: reissues(ReasonMaxAge)},
		"imported and revoked":                        {current: with(imported(live), pat.StatusRevoked), before: aged, after: younger, plan: invalid(ReasonRevoked)},
		"imported, expired before a later expires_at": {current: with(imported(live), pat.StatusExpired), before: until(none, expires.Add(Day)), after: until(none, expires.Add(Day)), plan: invalid(ReasonExpired)},
		"imported, expired after an expires_at":       {current: with(imported(live), pat.StatusExpired), before: until(none, expires.Add(-Day)), after: until(none, expires.Add(-Day)), plan: keeps},

		"revoked and due":                                 {current: due(with(live, pat.StatusRevoked), ReasonMaxAge), before: aged, after: aged, plan: invalid(ReasonRevoked)},
		"kept, although revoked":                          {current: with(live, pat.StatusRevoked), before: keeping(aged), after: keeping(aged), plan: keeps},
		"kept, although missing":                          {current: with(live, pat.StatusMissing), before: keeping(aged), after: keeping(aged), plan: keeps},
		"kept, although expired":                          {current: with(live, pat.StatusExpired), before: keeping(aged), after: keeping(aged), plan: keeps},
		"kept, although revoked, and due before":          {current: due(with(live, pat.StatusRevoked), ReasonMaxAge), before: keeping(aged), after: keeping(aged), plan: keeps},
		"kept, although revoked, and a policy is set":     {current: with(live, pat.StatusRevoked), before: keeping(none), after: keeping(aged), plan: keeps},
		"kept, although revoked, and an unknown policy":   {current: with(live, pat.StatusRevoked), before: keeping(none), after: keeping(rotating(Policy{MaxAge: unknown}, nil)), plan: keeps},
		"kept, although revoked, and a trigger":           {current: with(live, pat.StatusRevoked), before: keeping(one), after: keeping(two), plan: reissues(ReasonTriggers)},
		"kept, although revoked, and a prefix":            {current: with(live, pat.StatusRevoked), before: keeping(aged), after: keeping(change(aged, func(a *Arguments) { a.NamePrefix = set("cd-") })), plan: Decision{Action: Reissue, Reason: ReasonChanged, Argument: "name_prefix"}},
		"no longer kept":                                  {current: with(live, pat.StatusRevoked), before: keeping(aged), after: aged, plan: invalid(ReasonRevoked)},
		"to be kept from now on":                          {current: with(live, pat.StatusRevoked), before: aged, after: keeping(aged), plan: keeps},
		"whether to keep it is not known yet":             {current: with(live, pat.StatusRevoked), before: aged, after: asking(aged), plan: perhaps},
		"active, and whether to keep it is not known yet": {current: live, before: aged, after: asking(aged), plan: keeps},
		"kept, a fixed name that is not reusable":         {current: with(live, pat.StatusRevoked), before: fixed(keeping(none)), after: fixed(keeping(none)), plan: keeps},
		"kept, and its user does not exist":               {current: gone(live), before: keeping(aged), after: keeping(aged), plan: keeps},
		"its user does not exist, a trigger changes":      {current: gone(live), before: keeping(one), after: keeping(two), plan: Decision{Action: Refuse, Reason: ReasonMissing, UserGone: true}},
		"its user does not exist, a prefix changes":       {current: gone(live), before: keeping(aged), after: keeping(change(aged, func(a *Arguments) { a.NamePrefix = set("cd-") })), plan: Decision{Action: Refuse, Reason: ReasonMissing, UserGone: true}},
		"its user does not exist":                         {current: gone(live), before: aged, after: aged, traits: days, plan: Decision{Action: Refuse, Reason: ReasonMissing, UserGone: true}},

		"expired as configured":                                  {current: with(live, pat.StatusExpired), before: until(aged, expires), after: until(aged, expires), plan: keeps},
		"expired as configured, and a trigger changes":           {current: with(live, pat.StatusExpired), before: until(one, expires), after: until(two, expires), plan: keeps},
		"expired as configured, and a trigger is not known":      {current: with(live, pat.StatusExpired), before: until(one, expires), after: until(later, expires), plan: keeps},
		"expired as configured, and a prefix changes":            {current: with(live, pat.StatusExpired), before: until(none, expires), after: change(until(none, expires), func(a *Arguments) { a.NamePrefix = set("cd-") }), plan: keeps},
		"expired as configured, and was due":                     {current: due(with(live, pat.StatusExpired), ReasonMaxAge), before: until(aged, expires), after: until(aged, expires), plan: keeps},
		"expired as configured, then a later instant":            {current: with(live, pat.StatusExpired), before: until(aged, expires), after: until(aged, expires.Add(Day)), plan: invalid(ReasonExpired)},
		"expired as configured, then no instant":                 {current: with(live, pat.StatusExpired), before: until(aged, expires), after: change(aged, func(a *Arguments) { a.ExpiresIn = Value[time.Duration]{} }), plan: invalid(ReasonExpired)},
		"expired as configured, then a relative expiry":          {current: with(live, pat.StatusExpired), before: until(aged, expires), after: change(until(aged, expires), func(a *Arguments) { a.ExpiresIn = set(Day) }), plan: invalid(ReasonExpired)},
		"expired as configured, then possibly a relative expiry": {current: with(live, pat.StatusExpired), before: until(aged, expires), after: change(until(aged, expires), func(a *Arguments) { a.ExpiresIn = unknown }), plan: perhaps},
		"expired as configured, then an unknown expiry":          {current: with(live, pat.StatusExpired), before: until(aged, expires), after: change(aged, func(a *Arguments) { a.ExpiresIn, a.ExpiresAt = Value[time.Duration]{}, Unknown[time.Time]() }), plan: perhaps},
		"expired, with a relative lifetime":                      {current: with(live, pat.StatusExpired), before: aged, after: aged, plan: invalid(ReasonExpired)},
		"an instant, and possibly a relative expiry":             {current: live, before: aged, after: change(until(aged, past), func(a *Arguments) { a.ExpiresIn = unknown }), plan: perhaps},

		// A rotation policy with a fixed name is refused, but is possible with ignore_changes.
		"a fixed name, not reusable, due":                {current: due(live, ReasonMaxAge), before: fixed(aged), after: fixed(aged), plan: refuses(ReasonMaxAge)},
		"a fixed name, not reusable, a trigger":          {current: live, before: fixed(one), after: fixed(two), plan: refuses(ReasonTriggers)},
		"a fixed name, not reusable, edited to earlier":  {current: live, before: fixed(none), after: fixed(aged), plan: perhaps, now: after, apply: refuses(ReasonMaxAge)},
		"a fixed name, not reusable, imported and due":   {current: due(live, ReasonMaxAge), before: fixed(aged), after: fixed(aged), plan: refuses(ReasonMaxAge)},
		"a fixed name, reusable, due":                    {current: due(live, ReasonMaxAge), before: fixed(aged), after: fixed(aged), traits: reusable, plan: reissues(ReasonMaxAge)},
		"a fixed name, reusable, a trigger":              {current: live, before: fixed(one), after: fixed(two), traits: reusable, plan: reissues(ReasonTriggers)},
		"a fixed name, not reusable, revoked":            {current: with(live, pat.StatusRevoked), before: fixed(none), after: fixed(none), plan: Decision{Action: Refuse, Reason: ReasonRevoked}},
		"a fixed name, not reusable, expired":            {current: with(live, pat.StatusExpired), before: fixed(none), after: fixed(none), plan: Decision{Action: Refuse, Reason: ReasonExpired}},
		"a fixed name, not reusable, then another, due":  {current: due(live, ReasonMaxAge), before: fixed(aged), after: change(fixed(aged), func(a *Arguments) { a.Name = set("x") }), plan: Decision{Action: Reissue, Reason: ReasonChanged, Argument: "name"}},
		"a fixed name, not reusable, then a prefix, due": {current: due(live, ReasonMaxAge), before: fixed(aged), after: aged, plan: reissues(ReasonMaxAge)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			traits := test.traits
			if traits.Platform == "" {
				traits = burning
			}

			if got := Decide(test.current, test.before, test.after, traits); got != test.plan {
				t.Errorf("the plan is %+v, want %+v", got, test.plan)
			}

			apply, now := test.apply, test.now
			if test.plan.Action != MayReissue {
				apply, now = test.plan, past // The clock does not matter.
			} else if now.IsZero() {
				return // An argument is unknown, and has another value during apply.
			}

			if got := Settle(test.current, test.before, test.after, traits, now); got != apply {
				t.Errorf("the apply is %+v, want %+v", got, apply)
			}
		})
	}
}
