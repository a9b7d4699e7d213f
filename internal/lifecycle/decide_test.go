package lifecycle

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	burning  = pat.Traits{Platform: "foreman"}
	reusable = pat.Traits{Platform: "uc", ReusableNames: true}
)

func set[T any](v T) Value[T] { return Value[T]{V: v, Set: true} }

func TestDecide(t *testing.T) {
	t.Parallel()

	var (
		soon      = time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
		live      = Current{Token: pat.Token{Name: "ci-abc234-3", Status: pat.StatusActive}, Generation: 3}
		named     = Current{Token: pat.Token{Name: "ci", Status: pat.StatusActive}, Generation: 1}
		imported  = Current{Token: pat.Token{Name: "old", Status: pat.StatusActive}}
		prefix    = Arguments{NamePrefix: set("ci-")}
		fixed     = Arguments{Name: set("ci")}
		withState = func(c Current, status pat.Status) Current {
			c.Status = status

			return c
		}
	)

	for name, test := range map[string]struct {
		current       Current
		before, after Arguments
		traits        pat.Traits
		want          Decision
	}{
		"nothing changed":                        {current: live, before: prefix, after: prefix},
		"another prefix":                         {current: live, before: prefix, after: Arguments{NamePrefix: set("cd-")}, want: Decision{Action: Reissue, Reason: ReasonChanged, Argument: "name_prefix"}},
		"a prefix that fits the name":            {current: named, before: fixed, after: Arguments{NamePrefix: set("c")}},
		"a prefix that does not fit the name":    {current: named, before: fixed, after: Arguments{NamePrefix: set("x")}, want: Decision{Action: Reissue, Reason: ReasonChanged, Argument: "name_prefix"}},
		"the live name instead of a prefix":      {current: live, before: prefix, after: Arguments{Name: set("ci-abc234-3")}},
		"another name instead of a prefix":       {current: live, before: prefix, after: Arguments{Name: set("x")}, want: Decision{Action: Reissue, Reason: ReasonChanged, Argument: "name"}},
		"another name":                           {current: named, before: fixed, after: Arguments{Name: set("x")}, want: Decision{Action: Reissue, Reason: ReasonChanged, Argument: "name"}},
		"a prefix and a name":                    {current: live, before: prefix, after: Arguments{NamePrefix: set("ci-"), Name: set("x")}},
		"neither name nor prefix":                {current: live, before: prefix},
		"an unknown name":                        {current: named, before: fixed, after: Arguments{Name: Value[string]{Unknown: true}}, want: Decision{Action: MayReissue}},
		"an unknown prefix":                      {current: live, before: prefix, after: Arguments{NamePrefix: Value[string]{Unknown: true}}, want: Decision{Action: MayReissue}},
		"an unknown expiry":                      {current: live, before: prefix, after: Arguments{NamePrefix: set("ci-"), ExpiresAt: Value[time.Time]{Unknown: true}}, want: Decision{Action: MayReissue}},
		"an expiry set":                          {current: live, before: prefix, after: Arguments{NamePrefix: set("ci-"), ExpiresAt: set(soon)}, want: Decision{Action: Reissue, Reason: ReasonChanged, Argument: "expires_at"}},
		"an expiry in another spelling":          {current: live, before: Arguments{NamePrefix: set("ci-"), ExpiresAt: set(soon)}, after: Arguments{NamePrefix: set("ci-"), ExpiresAt: set(soon.In(time.FixedZone("", 7200)))}},
		"an expiry moved":                        {current: live, before: Arguments{NamePrefix: set("ci-"), ExpiresAt: set(soon)}, after: Arguments{NamePrefix: set("ci-"), ExpiresAt: set(soon.Add(time.Second))}, want: Decision{Action: Reissue, Reason: ReasonChanged, Argument: "expires_at"}},
		"an expiry removed":                      {current: live, before: Arguments{NamePrefix: set("ci-"), ExpiresAt: set(soon)}, after: prefix},
		"an expiry made relative":                {current: live, before: Arguments{NamePrefix: set("ci-"), ExpiresAt: set(soon)}, after: Arguments{NamePrefix: set("ci-"), ExpiresIn: set(Day)}},
		"a relative expiry and an instant":       {current: live, before: prefix, after: Arguments{NamePrefix: set("ci-"), ExpiresAt: set(soon), ExpiresIn: set(Day)}},
		"a fixed name, not reusable, expiry set": {current: named, before: fixed, after: Arguments{Name: set("ci"), ExpiresAt: set(soon)}, want: Decision{Action: Refuse, Reason: ReasonChanged, Argument: "expires_at"}},
		"a fixed name, reusable, expiry set":     {current: named, before: fixed, after: Arguments{Name: set("ci"), ExpiresAt: set(soon)}, traits: reusable, want: Decision{Action: Reissue, Reason: ReasonChanged, Argument: "expires_at"}},

		"revoked":                        {current: withState(live, pat.StatusRevoked), before: prefix, after: prefix, want: Decision{Action: Reissue, Reason: ReasonRevoked}},
		"missing":                        {current: withState(live, pat.StatusMissing), before: prefix, after: prefix, want: Decision{Action: Reissue, Reason: ReasonMissing}},
		"expired":                        {current: withState(live, pat.StatusExpired), before: prefix, after: prefix, want: Decision{Action: Reissue, Reason: ReasonExpired}},
		"expired, and an unknown expiry": {current: withState(live, pat.StatusExpired), before: prefix, after: Arguments{NamePrefix: set("ci-"), ExpiresAt: Value[time.Time]{Unknown: true}}, want: Decision{Action: MayReissue}},
		"revoked, with a fixed name, not reusable": {current: withState(named, pat.StatusRevoked), before: fixed, after: fixed, want: Decision{Action: Refuse, Reason: ReasonRevoked}},
		"revoked, with a fixed name, reusable":     {current: withState(named, pat.StatusRevoked), before: fixed, after: fixed, traits: reusable, want: Decision{Action: Reissue, Reason: ReasonRevoked}},
		"revoked, and a new name":                  {current: withState(named, pat.StatusRevoked), before: fixed, after: Arguments{Name: set("x")}, want: Decision{Action: Reissue, Reason: ReasonRevoked}},
		"missing, like its user":                   {current: Current{Token: pat.Token{Name: "ci-abc234-3", Status: pat.StatusMissing}, Generation: 3, UserGone: true}, before: prefix, after: prefix, want: Decision{Action: Refuse, Reason: ReasonMissing, UserGone: true}},
		"expired as configured":                    {current: withState(live, pat.StatusExpired), before: Arguments{NamePrefix: set("ci-"), ExpiresAt: set(soon)}, after: Arguments{NamePrefix: set("ci-"), ExpiresAt: set(soon)}},
		"expired as configured, then changed":      {current: withState(live, pat.StatusExpired), before: Arguments{NamePrefix: set("ci-"), ExpiresAt: set(soon)}, after: Arguments{NamePrefix: set("ci-"), ExpiresAt: set(soon.Add(time.Hour))}, want: Decision{Action: Reissue, Reason: ReasonExpired}},

		"imported, another prefix": {current: imported, before: Arguments{Name: set("old")}, after: prefix},
		"imported, an expiry":      {current: imported, before: Arguments{Name: set("old")}, after: Arguments{Name: set("old"), ExpiresAt: set(soon)}},
		"imported and revoked":     {current: withState(imported, pat.StatusRevoked), before: Arguments{Name: set("old")}, after: prefix, want: Decision{Action: Reissue, Reason: ReasonRevoked}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			traits := test.traits
			if traits.Platform == "" {
				traits = burning
			}

			if got := Decide(test.current, test.before, test.after, traits); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// arguments draws any arguments, with unknown ones only if that is allowed.
func arguments(t *rapid.T, label string, unknown bool) Arguments {
	state := rapid.IntRange(0, 2)
	if !unknown {
		state = rapid.IntRange(0, 1)
	}

	text := func(name string) Value[string] {
		switch state.Draw(t, label+name) {
		case 1:
			return set(rapid.SampledFrom([]string{"ci", "ci-", "ci-abc234-1", "x"}).Draw(t, label+name+" value"))
		case 2:
			return Value[string]{Unknown: true}
		default:
			return Value[string]{}
		}
	}

	var at Value[time.Time]

	switch state.Draw(t, label+"expires_at") {
	case 1:
		at = set(time.Unix(rapid.Int64Range(0, 2).Draw(t, label+"at"), 0))
	case 2:
		at = Value[time.Time]{Unknown: true}
	}

	span := func(name string) Value[time.Duration] {
		switch state.Draw(t, label+name) {
		case 1:
			return set(time.Duration(rapid.Int64Range(0, 2).Draw(t, label+name+" value")) * time.Second)
		case 2:
			return Value[time.Duration]{Unknown: true}
		default:
			return Value[time.Duration]{}
		}
	}

	truth := func(name string) Value[bool] {
		switch state.Draw(t, label+name) {
		case 1:
			return set(rapid.Bool().Draw(t, label+name+" value"))
		case 2:
			return Unknown[bool]()
		default:
			return Value[bool]{}
		}
	}

	var triggers Triggers

	switch state.Draw(t, label+"triggers") {
	case 1:
		triggers.Values = map[string]Value[string]{"a": text("trigger")}
	case 2:
		triggers.Unknown = true
	}

	return Arguments{
		Name: text("name"), NamePrefix: text("name_prefix"), ExpiresAt: at, Triggers: triggers,
		ExpiresIn:          span("expires_in"),
		Policy:             Policy{BeforeExpiry: span("before_expiry"), MaxAge: span("max_age"), Overlap: span("overlap")},
		ReissueWhenInvalid: truth("reissue_when_invalid"),
	}
}

// settle returns the argument with its final value.
func settle[T any](planned, known Value[T]) Value[T] {
	if planned.Unknown {
		return known
	}

	return planned
}

// A plan and the apply after it know different values, and must not differ in a way that Terraform
// would call a bug: if the plan keeps the token, the apply does, too.
func TestDecide_theApplyKeepsWhatThePlanKept(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		current := Current{
			Token: pat.Token{
				Name:      rapid.SampledFrom([]string{"ci", "ci-abc234-1", "old"}).Draw(t, "name"),
				Status:    rapid.SampledFrom([]pat.Status{pat.StatusActive, pat.StatusExpired, pat.StatusRevoked, pat.StatusMissing}).Draw(t, "status"),
				CreatedAt: time.Unix(0, 0),
				ExpiresAt: time.Unix(rapid.Int64Range(1, 2).Draw(t, "expires"), 0),
			},
			Generation: rapid.Int64Range(0, 2).Draw(t, "generation"),
			UserGone:   rapid.Bool().Draw(t, "user gone"),
			Due:        rapid.SampledFrom([]Reason{"", ReasonMaxAge}).Draw(t, "due"),
		}
		current.UserGone = current.UserGone && current.Status == pat.StatusMissing

		traits := rapid.SampledFrom([]pat.Traits{burning, reusable}).Draw(t, "traits")
		before, planned, known := arguments(t, "before ", false), arguments(t, "planned ", true), arguments(t, "known ", false)

		settled := planned
		settled.Name = settle(planned.Name, known.Name)
		settled.NamePrefix = settle(planned.NamePrefix, known.NamePrefix)
		settled.ExpiresAt = settle(planned.ExpiresAt, known.ExpiresAt)
		settled.ExpiresIn = settle(planned.ExpiresIn, known.ExpiresIn)
		settled.ReissueWhenInvalid = settle(planned.ReissueWhenInvalid, known.ReissueWhenInvalid)
		settled.Policy.BeforeExpiry = settle(planned.Policy.BeforeExpiry, known.Policy.BeforeExpiry)
		settled.Policy.MaxAge = settle(planned.Policy.MaxAge, known.Policy.MaxAge)
		settled.Policy.Overlap = settle(planned.Policy.Overlap, known.Policy.Overlap)

		if planned.Triggers.Unknown {
			settled.Triggers = known.Triggers
		} else if value, ok := planned.Triggers.Values["a"]; ok {
			settled.Triggers.Values = map[string]Value[string]{"a": settle(value, text(known.Name.V))}
		}

		plan, again := Decide(current, before, planned, traits), Decide(current, before, settled, traits)
		apply := Settle(current, before, settled, traits, time.Unix(rapid.Int64Range(0, 2).Draw(t, "now"), 0))

		if plan.Action == Keep && (again.Action != Keep || apply.Action != Keep) {
			t.Fatalf("the plan is %+v, the later plan %+v, the apply %+v", plan, again, apply)
		}

		// If the reason is known, the plan contains it, and Terraform compares the result with it.
		if plan.Action == Reissue && apply.Action != Refuse && (apply.Action != Reissue || apply.Reason != plan.Reason) {
			t.Fatalf("the plan is %+v, the apply %+v", plan, apply)
		}

		if plan.Action == Refuse && apply != plan {
			t.Fatalf("the plan is %+v, the apply %+v", plan, apply)
		}

		if apply.Action == MayReissue || again.Action != MayReissue && apply != again {
			t.Fatalf("the plan is %+v when everything is known, the apply %+v", again, apply)
		}
	})
}

func TestDecide_anUnchangedActiveTokenIsKept(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		same := arguments(t, "", false)
		name := "ci-abc234-1"

		// State and token are consistent: the name is the one that the arguments result in.
		switch {
		case same.NamePrefix.Set:
			name = Name(same.NamePrefix.V, "abc234", 1)
		case same.Name.Set:
			name = same.Name.V
		}

		current := Current{Token: pat.Token{Name: name, Status: pat.StatusActive}, Generation: 1}
		if got := Decide(current, same, same, burning); got.Action != Keep {
			t.Fatalf("got %+v for arguments that did not change", got)
		}
	})
}
