package tokens

import (
	"fmt"
	"sync"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Managed are the tokens that are the live ones of resources, as far as this process has met
// them. It is safe for concurrent use. The zero value is empty.
type Managed struct{ keys sync.Map }

// Add notes that the token is a resource's live one.
func (m *Managed) Add(key pat.Key) { m.keys.Store(key, true) }

// Remove notes that it is not any more: a successor was issued.
func (m *Managed) Remove(key pat.Key) { m.keys.Delete(key) }

// Has says whether the token is a resource's live one.
func (m *Managed) Has(key pat.Key) bool {
	_, ok := m.keys.Load(key)

	return ok
}

// SharedError says that two resources of one process have the same series.
type SharedError struct {
	Series string
	// Token is the live token of the other resource.
	Token pat.Token
}

// Error names the other resource's token and what to do.
func (e *SharedError) Error() string {
	return fmt.Sprintf("The series %q belongs to another resource of this run, whose token is %q (id %s). Each would take the "+
		"other's tokens for lost ones, so no token was issued. Set a different `series` on this resource.",
		e.Series, e.Token.Name, e.Token.ID)
}
