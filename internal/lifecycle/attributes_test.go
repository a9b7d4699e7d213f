package lifecycle

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Each argument changed alone does not affect a live token, unless a rule says otherwise.
func TestDecide_eachArgumentChangedAlone(t *testing.T) {
	t.Parallel()

	const (
		ownerRule    = "8: the owner decides; another user is a replacement, which is not decided here"
		recordedRule = "4: only recorded"
		reissuedRule = "4: reissues in place"
		fitsRule     = "4: name ↔ name_prefix is recorded while the live name fits"
		earlierRule  = "3: an edit that moves the due moment earlier is decided in apply"
		laterRule    = "3: any other policy edit is recorded"
		triggerRule  = "3: a changed, added or removed trigger key rotates, for an imported token too"
		wholeRule    = "3: adding or removing the whole map is recorded, always"
		previousRule = "5: counts for what is in previous, and leaves the live token alone"
		invalidRule  = "6: counts for a token that cannot be used"
	)

	created := instant(t, "2026-01-01T12:00:00Z")
	live := Current{Generation: 3, Token: pat.Token{
		Name: "ci-abc234-3", Status: pat.StatusActive, CreatedAt: created, ExpiresAt: created.Add(90 * Day),
	}}
	usual := configuration{
		username: "svc-deploy", namePrefix: "ci-", expiresIn: "90d", beforeExpiry: "14d", maxAge: "60d",
		triggers: "a=1", overlap: "2d", holdIfUsedWithin: "1d",
	}
	dated := configuration{userID: "5", namePrefix: "ci-", expiresAt: "2026-04-01T12:00:00Z"}
	named := configuration{username: "svc-deploy", name: "ci-abc234-3", expiresIn: "90d"}
	sealed := configuration{username: "svc-deploy", namePrefix: "ci-", expiresIn: "90d", encryptTo: "age1a"}
	bare := configuration{username: "svc-deploy", namePrefix: "ci-"}

	type change struct {
		from, to configuration
		rule     string
		action   Action
		imported Action // the action if the generation is 0
	}

	alone := func(from configuration, field func(*configuration) *string, value, rule string, actions ...Action) change {
		c := change{from: from, to: from, rule: rule}
		*field(&c.to) = value
		actions = append(actions, Keep, Keep)
		c.action, c.imported = actions[0], actions[1]

		return c
	}

	var (
		username     = func(c *configuration) *string { return &c.username }
		userID       = func(c *configuration) *string { return &c.userID }
		name         = func(c *configuration) *string { return &c.name }
		namePrefix   = func(c *configuration) *string { return &c.namePrefix }
		series       = func(c *configuration) *string { return &c.series }
		expiresIn    = func(c *configuration) *string { return &c.expiresIn }
		expiresAt    = func(c *configuration) *string { return &c.expiresAt }
		beforeExpiry = func(c *configuration) *string { return &c.beforeExpiry }
		maxAge       = func(c *configuration) *string { return &c.maxAge }
		triggers     = func(c *configuration) *string { return &c.triggers }
		overlap      = func(c *configuration) *string { return &c.overlap }
		hold         = func(c *configuration) *string { return &c.holdIfUsedWithin }
		reissue      = func(c *configuration) *string { return &c.reissueWhenInvalid }
		encryptTo    = func(c *configuration) *string { return &c.encryptTo }
	)

	changes := map[string]change{
		"username is another":                alone(usual, username, "svc-other", ownerRule),
		"username is added":                  alone(dated, username, "svc-deploy", ownerRule),
		"username is removed":                alone(usual, username, "", ownerRule),
		"username is not known":              alone(usual, username, "?", ownerRule),
		"user_id is another":                 alone(dated, userID, "6", ownerRule),
		"user_id is added":                   alone(usual, userID, "5", ownerRule),
		"user_id is removed":                 alone(dated, userID, "", ownerRule),
		"name is another":                    alone(named, name, "x", reissuedRule, Reissue),
		"name is added to a prefix":          alone(usual, name, "x", "4: name_prefix takes precedence over name"),
		"name is removed, by ignore_changes": alone(named, name, "", "4: without both no token is issued"),
		"name is not known":                  alone(named, name, "?", reissuedRule, MayReissue),

		"name_prefix is another":                       alone(usual, namePrefix, "cd-", reissuedRule, Reissue),
		"name_prefix is shortened":                     alone(usual, namePrefix, "c", reissuedRule, Reissue),
		"name_prefix is added and fits":                alone(named, namePrefix, "ci-", fitsRule),
		"name_prefix is added and does not fit":        alone(named, namePrefix, "cd-", reissuedRule, Reissue),
		"name_prefix is removed":                       alone(usual, namePrefix, "", "4: without both no token is issued"),
		"name_prefix is not known":                     alone(usual, namePrefix, "?", reissuedRule, MayReissue),
		"series is set":                                alone(usual, series, "zzzzzz", recordedRule),
		"series is not known":                          alone(usual, series, "?", recordedRule),
		"expires_in is longer":                         alone(usual, expiresIn, "180d", recordedRule),
		"expires_in is shorter":                        alone(usual, expiresIn, "61d", recordedRule),
		"expires_in is added":                          alone(bare, expiresIn, "90d", recordedRule),
		"expires_in is removed":                        alone(named, expiresIn, "", recordedRule),
		"expires_in is not known":                      alone(usual, expiresIn, "?", recordedRule),
		"expires_in is added to expires_at":            alone(dated, expiresIn, "1d", recordedRule),
		"expires_in is added to expires_at, not known": alone(dated, expiresIn, "?", recordedRule),
		"expires_at is later":                          alone(dated, expiresAt, "2026-05-01T12:00:00Z", reissuedRule, Reissue),
		"expires_at is earlier":                        alone(dated, expiresAt, "2026-03-01T12:00:00Z", reissuedRule, Reissue),
		"expires_at has another spelling":              alone(dated, expiresAt, "2026-04-01T14:00:00+02:00", "4: an instant in another spelling keeps the earlier spelling"),
		"expires_at is added":                          alone(bare, expiresAt, "2026-04-01T12:00:00Z", reissuedRule, Reissue),
		"expires_at is added to expires_in":            alone(usual, expiresAt, "2026-04-01T12:00:00Z", "4: expires_in takes precedence over expires_at"),
		"expires_at is removed":                        alone(dated, expiresAt, "", recordedRule),
		"expires_at is not known":                      alone(dated, expiresAt, "?", reissuedRule, MayReissue),
		"before_expiry moves it earlier":               alone(usual, beforeExpiry, "40d", earlierRule, MayReissue),
		"before_expiry moves nothing":                  alone(usual, beforeExpiry, "15d", laterRule),
		"before_expiry is added":                       alone(named, beforeExpiry, "14d", earlierRule, MayReissue),
		"before_expiry is removed":                     alone(usual, beforeExpiry, "", laterRule),
		"before_expiry is not known":                   alone(usual, beforeExpiry, "?", earlierRule, MayReissue),
		"max_age is less":                              alone(usual, maxAge, "30d", earlierRule, MayReissue),
		"max_age is more":                              alone(usual, maxAge, "70d", laterRule),
		"max_age has another spelling":                 alone(usual, maxAge, "1440h", "3: the same policy"),
		"max_age is added":                             alone(bare, maxAge, "60d", earlierRule, MayReissue),
		"max_age is removed":                           alone(usual, maxAge, "", laterRule),
		"max_age is not known":                         alone(usual, maxAge, "?", earlierRule, MayReissue),
		"a trigger is changed":                         alone(usual, triggers, "a=2", triggerRule, Reissue, Reissue),
		"a trigger is made null":                       alone(usual, triggers, "a=null", triggerRule, Reissue, Reissue),
		"a trigger is added":                           alone(usual, triggers, "a=1 b=1", triggerRule, Reissue, Reissue),
		"a trigger is removed":                         alone(usual, triggers, "{}", triggerRule, Reissue, Reissue),
		"a trigger is not known":                       alone(usual, triggers, "a=?", triggerRule, MayReissue, MayReissue),
		"triggers are not known":                       alone(usual, triggers, "?", triggerRule, MayReissue, MayReissue),
		"triggers are added":                           alone(bare, triggers, "a=1", wholeRule),
		"triggers are added, and not known":            alone(bare, triggers, "?", wholeRule),
		"triggers are removed":                         alone(usual, triggers, "", wholeRule),
		"overlap is longer":                            alone(usual, overlap, "10d", previousRule),
		"overlap is zero":                              alone(usual, overlap, "0s", previousRule),
		"overlap is removed":                           alone(usual, overlap, "", previousRule),
		"overlap is added":                             alone(bare, overlap, "2d", previousRule),
		"overlap is not known":                         alone(usual, overlap, "?", previousRule),
		"hold_if_used_within is longer":                alone(usual, hold, "7d", previousRule),
		"hold_if_used_within is removed":               alone(usual, hold, "", previousRule),
		"hold_if_used_within is added":                 alone(bare, hold, "1d", previousRule),
		"hold_if_used_within is not known":             alone(usual, hold, "?", previousRule),
		"reissue_when_invalid is false":                alone(usual, reissue, "false", invalidRule),
		"reissue_when_invalid is true":                 alone(usual, reissue, "true", invalidRule),
		"reissue_when_invalid is not known":            alone(usual, reissue, "?", invalidRule),
		"encrypt_to is added":                          alone(usual, encryptTo, "age1a", reissuedRule, Reissue),
		"encrypt_to is another":                        alone(sealed, encryptTo, "age1b", reissuedRule, Reissue),
		"encrypt_to is removed":                        alone(sealed, encryptTo, "", reissuedRule, Reissue),
		"encrypt_to is not known":                      alone(sealed, encryptTo, "?", reissuedRule, MayReissue),
		"the live name replaces its prefix":            alone(usual, name, "ci-abc234-3", fitsRule),
	}

	tested := map[string]bool{}

	for label, change := range changes {
		tested[differing(t, change.from, change.to)] = true

		t.Run(label, func(t *testing.T) {
			t.Parallel()

			before, after := change.from.arguments(t), change.to.arguments(t)
			imported := live
			imported.Generation = 0

			for _, traits := range []pat.Traits{burning, days} {
				if got := Decide(live, before, after, traits); got.Action != change.action {
					t.Errorf("on %s: got %+v, want %d, by rule %s", traits.Platform, got, change.action, change.rule)
				}

				if got := Decide(imported, before, after, traits); got.Action != change.imported {
					t.Errorf("imported on %s: got %+v, want %d, by rule 3 or %s", traits.Platform, got, change.imported, change.rule)
				}

				// Once it is recorded, the change is no longer a reason.
				recorded := Decide(live, after, after, traits)
				if unknown := strings.HasSuffix(label, "not known"); change.action == Keep && !unknown && recorded.Action != Keep {
					t.Errorf("after it was recorded, on %s: got %+v", traits.Platform, recorded)
				}
			}
		})
	}

	for field := range reflect.TypeFor[configuration]().Fields() {
		if !tested[field.Name] {
			t.Errorf("no case changes only %s; tested are %q", field.Name, slices.Sorted(maps.Keys(tested)))
		}
	}
}

// differing returns the one argument in which the two configurations differ.
func differing(t *testing.T, a, b configuration) string {
	t.Helper()

	var fields []string

	for i, field := range slices.Collect(reflect.TypeFor[configuration]().Fields()) {
		if reflect.ValueOf(a).Field(i).String() != reflect.ValueOf(b).Field(i).String() {
			fields = append(fields, field.Name)
		}
	}

	if len(fields) != 1 {
		t.Fatalf("the arguments that differ are %q", fields)
	}

	return fields[0]
}
