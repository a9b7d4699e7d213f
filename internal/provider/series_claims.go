package provider

import (
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// seriesClaims are the lineages of the resources that this process plans. Each belongs to one
// resource: two would take each other's tokens for lost ones. The zero value is empty.
type seriesClaims struct {
	mu     sync.Mutex
	claims map[seriesClaim]pat.Token
}

// seriesClaim is a lineage among one user's tokens.
type seriesClaim struct{ userID, lineage string }

// claim notes that the resource of this live token has the lineage, and returns the live token
// of another resource that claimed it before.
func (s *seriesClaims) claim(lineage string, live pat.Token) (other pat.Token, taken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.claims == nil {
		s.claims = map[seriesClaim]pat.Token{}
	}

	key := seriesClaim{userID: live.UserID, lineage: lineage}

	if other, ok := s.claims[key]; ok && other.Key() != live.Key() {
		return other, true
	}

	s.claims[key] = live

	return pat.Token{}, false
}

// claimSeries reports another resource with the same lineage. Only resources that exist are
// told apart: a replacement is planned twice. What is created is checked when it is.
func (r *tokenResource) claimSeries(plan tokenModel, live pat.Token, diags *diag.Diagnostics) {
	lineage := plan.Lineage.ValueString()
	if lineage == "" || r.configured == nil {
		return
	}

	if other, taken := r.series.claim(lineage, live); taken && r.managed.Has(other.Key()) {
		diags.AddAttributeError(path.Root("lineage"), "Two resources have the same lineage", fmt.Sprintf(
			"The resources of the tokens %q (id %s) and %q (id %s) both have the lineage %q. Each would take the other's tokens "+
				"for lost ones. Set a different `lineage` on one of them, and issue its token anew with `terraform apply -replace=…`: "+
				"until then it keeps a name of the old lineage.",
			other.Name, other.ID, live.Name, live.ID, lineage))
	}
}
