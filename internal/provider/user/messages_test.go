package user

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/users"
)

// anywhere is a server of an unknown platform.
type anywhere struct{ pat.System }

func (anywhere) Traits() pat.Traits { return pat.Traits{Platform: "anywhere", DisplayName: "Anywhere"} }

// notices returns one notice of each kind, in each of its wordings.
func notices() []users.Notice {
	err := errors.New("HTTP 503")
	user := pat.User{ID: "1", Username: "svc"}
	released := users.Released{
		Properties: []pat.Property{pat.LockedOut, pat.Title}, Values: pat.Properties{pat.LockedOut: pat.FlagTrue, pat.Title: "Dr."},
	}
	whole := released
	whole.Whole = true

	all := []users.Notice{
		users.NotModifiable{Configured: anywhere{}.Traits()},
		users.ServerUnknown{},
		users.OtherServer{},
		users.OtherUser{Argument: "username"},
		users.LocksOut{User: user, Property: pat.Active, Value: pat.FlagFalse},
		users.MayLockOut{User: user, Property: pat.LoginMethod, Value: "Single Sign-On", Err: err},
		users.NotFound{Err: err},
		users.ServerMoved{},
		released, whole,
	}

	for step := users.StepFind; step <= users.StepLookOnOtherServer; step++ {
		all = append(all, users.StepFailed{Step: step, Err: err})
	}

	return all
}

// The table contains each notice of the engine, and each one has a different text.
func TestNotices_eachHasWords(t *testing.T) {
	t.Parallel()

	worded, said := map[string]bool{}, map[string]bool{}

	for _, notice := range notices() {
		var diags diag.Diagnostics

		report(&platform.Configured{System: anywhere{}}, notice, &diags)

		worded[reflect.TypeOf(notice).Name()] = true

		if _, none := notice.(users.ServerUnknown); none { // The test's server is known.
			continue
		}

		if len(diags) != 1 || diags.HasError() != notice.Fatal() || diags[0].Detail() == "" || strings.Contains(diags[0].Detail(), "%!") {
			t.Fatalf("%T: %v", notice, diags)
		}

		if said[diags[0].Summary()] {
			t.Errorf("two notices say %q", diags[0].Summary())
		}

		said[diags[0].Summary()] = true
	}

	tree, err := parser.ParseFile(token.NewFileSet(), "../../users/notice.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}

	var types, steps int

	ast.Inspect(tree, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.TypeSpec:
			kind, ok := n.Type.(*ast.StructType)
			if !ok || len(kind.Fields.List) == 0 {
				break
			}

			if types++; !worded[n.Name.Name] {
				t.Errorf("no %s in the table", n.Name.Name)
			}
		case *ast.ValueSpec:
			steps++
		}

		return true
	})

	if types == 0 || steps != int(users.StepLookOnOtherServer)+1 {
		t.Errorf("%d types and %d steps were found: is the last step another one?", types, steps)
	}
}
