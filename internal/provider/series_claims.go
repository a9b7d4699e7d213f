package provider

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// seriesClaims are the resources that this process plans, each with its live token and with the
// names that it takes for its own: if those of one are those of another's live token, it would
// take that token for a lost one. The zero value is empty.
type seriesClaims struct {
	mu     sync.Mutex
	claims map[string][]seriesClaim // By series: only what shares one can collide.
}

// seriesClaim is one resource.
type seriesClaim struct {
	live  pat.Token
	names lifecycle.Names
}

// namedSeries finds the series in the name of a token.
var namedSeries = regexp.MustCompile(`([a-z2-7]{6})-[0-9]+$`)

// seriesNames are the series that is recorded and the one that the live token is named with.
func (c seriesClaim) seriesNames() []string {
	all := []string{c.names.Series}
	if match := namedSeries.FindStringSubmatch(c.live.Name); match != nil {
		all = append(all, match[1])
	}

	slices.Sort(all)

	return slices.Compact(all)
}

// covers says whether the resource would take the other's live token for one of its own.
func (c seriesClaim) covers(other seriesClaim) bool {
	_, ok := c.names.Generation(other.live.Name)

	return ok && c.live.UserID == other.live.UserID && c.live.Key() != other.live.Key()
}

// claim notes a resource, in place of what it was before, and returns another one that
// collides with it. What is no resource's live token any more does not count.
func (s *seriesClaims) claim(c seriesClaim, managed func(pat.Key) bool) (other seriesClaim, collides bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.claims == nil {
		s.claims = map[string][]seriesClaim{}
	}

	for _, series := range c.seriesNames() {
		others := slices.DeleteFunc(s.claims[series], func(old seriesClaim) bool {
			return old.live.Key() == c.live.Key() || !managed(old.live.Key())
		})

		for _, old := range others {
			if c.covers(old) || old.covers(c) {
				other, collides = old, true
			}
		}

		s.claims[series] = append(others, c)
	}

	return other, collides
}

// claimSeries reports another resource whose tokens this one would take for its own, or the
// reverse. Only resources that exist are told apart: a replacement is planned twice. What is
// created is checked when it is.
func (r *tokenResource) claimSeries(plan tokenModel, had []string, live pat.Token, diags *diag.Diagnostics) {
	if r.configured == nil {
		return
	}

	own := seriesClaim{live: live, names: plan.names(had)}

	other, collides := r.series.claim(own, r.managed.Has)
	if !collides {
		return
	}

	var change []string

	for _, pair := range [][2]seriesClaim{{own, other}, {other, own}} {
		if pair[0].covers(pair[1]) {
			change = append(change, fmt.Sprintf("the resource of the token %q", pair[0].live.Name))
		}
	}

	diags.AddAttributeError(path.Root("series"), "Two resources have the same series", fmt.Sprintf(
		"The tokens %q (id %s) and %q (id %s) are of two resources, and one resource would take the token of the other for a lost "+
			"one of its own. Set a new `series` on %s: that issues no token.%s",
		other.live.Name, other.live.ID, live.Name, live.ID, strings.Join(change, " and on "), pastADestroy))
}
