package property

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// TestProperty_user sets every argument of the resource that modifies a user to each value of its
// domain, unknown at first or known, in a resource that exists or does not. The final plan must agree
// with the first, the apply with the plan, and the next plan must be empty. Without -property.all, each
// value is tested in one of these four ways.
func TestProperty_user(t *testing.T) {
	t.Parallel()

	schemas := providertest.Schemas(t)
	domains, paths := domains(), argumentPaths("", schemas["resource "+providertest.UserType].Block.Attributes)
	w := newWorld(t, propertyPlatforms()["universal_controller"], schemas, [3]string{})
	w.typeName = providertest.UserType

	for i, path := range paths {
		for j, chosen := range domains["resource "+providertest.UserType+" "+path] {
			for way := range 4 {
				if *propertyAll || (i+j)%4 == way {
					w.next()
					w.modifiesUser(way%2 != 0, way/2 != 0, path, sampled(chosen, w))
				}
			}
		}
	}
}

// modifiesUser sets an argument to a value.
func (w *world) modifiesUser(exists, unknown bool, argument string, value any) {
	w.t.Helper()

	base := map[string]any{"username": w.user.Login, "title": "x", "locked_out": true}
	prior := w.nothing()

	if exists {
		prior = w.refreshed(w.applied(prior, base))
	}

	final := withArgument(base, argument, value)
	first := final

	if unknown {
		first = withArgument(base, argument, tftypes.UnknownValue)
	}

	w.s.Console.ResetRequests()

	broken, refused := w.runsUser(prior, first, final)

	if right := w.isUserArgument(argument, value); right && refused != "" && argument != "username" && argument != "user_id" {
		broken = append(broken, "refused: "+refused)
	} else if !right && refused == "" {
		broken = append(broken, "it was not refused")
	}

	if sent := w.sent(http.MethodPut); refused != "" && sent > 0 {
		broken = append(broken, fmt.Sprintf("%d writes were sent before the error: %s", sent, refused))
	}

	for _, what := range append(broken, w.leaks()...) {
		w.t.Errorf("a user, exists %t, unknown at first %t: %s = %s: %s", exists, unknown, argument, briefly(value), what)
	}
}

// isUserArgument reports whether a value of an argument is valid.
func (w *world) isUserArgument(argument string, value any) bool {
	property := pat.Property(argument)

	switch {
	case argument == "username" || argument == "user_id":
		return len(w.userFaults(map[string]any{"username": w.user.Login, argument: value}, true)) == 0
	case value == nil || value == "" && !property.IsAccess() && property != pat.LoginMethod:
		return true
	case property.IsAccess():
		return slices.Contains([]any{"Yes", "No", "-- System Default --"}, value)
	case property.IsFlag() || argument == "allow_self":
		return true
	default:
		return isPlain(value)
	}
}

// runsUser plans with the first configuration and applies the final one in a new walk. It returns
// violations of Terraform's rules, and the error with which the change was refused.
func (w *world) runsUser(prior instance, first, final map[string]any) (broken []string, refused string) {
	w.t.Helper()

	server := w.start(w.settings)
	if errors := w.validate(server, "resource", w.typeName, first); len(errors) > 0 {
		return nil, diagnosticTexts(errors)
	}

	if !prior.value.IsNull() {
		refreshed, errors := w.read(server, prior)
		if len(errors) > 0 {
			return []string{diagnosticTexts(errors)}, ""
		}

		prior = refreshed
	}

	planned, errors, broken := w.plan(server, prior, first)
	if len(errors) > 0 {
		return broken, diagnosticTexts(errors)
	}

	if planned.empty {
		return broken, ""
	}

	server = w.start(w.settings)

	if len(planned.replaces) > 0 {
		gone := w.nothing()
		gone.private, gone.identity = prior.private, prior.identity

		if _, errors, _ := w.apply(server, prior, gone, nil); len(errors) > 0 {
			return append(broken, diagnosticTexts(errors)), ""
		}

		prior = w.nothing()
	}

	last, errors, more := w.plan(server, prior, final)
	broken = append(broken, more...)

	if len(errors) > 0 {
		return broken, diagnosticTexts(errors)
	}

	if len(last.replaces) > 0 {
		broken = append(broken, "the update became a replacement because of "+strings.Join(last.replaces, ", "))
	}

	for _, difference := range core.Misfits(planned.value, last.value, "") {
		broken = append(broken, "inconsistent final plan: "+difference)
	}

	after, errors, more := w.apply(server, prior, last.instance, final)
	broken = append(broken, more...)

	if len(errors) > 0 {
		return broken, diagnosticTexts(errors)
	}

	server = w.start(w.settings)

	after, errors = w.read(server, after)
	next, planErrors, _ := w.plan(server, after, final)

	if len(errors)+len(planErrors) > 0 || !next.empty {
		broken = append(broken, "the next plan is not empty: "+diagnosticTexts(append(errors, planErrors...)))
	}

	return broken, ""
}
