package documents

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	words "github.com/opsaccess/terraform-provider-opsaccess/internal/provider/token"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

// notices returns a notice of each type that the engine reports, with each of its wordings.
func notices() []tokens.Notice {
	err := errors.New("HTTP 503")
	refusal := func(argument string, userGone bool) tokens.Refusal {
		return tokens.Refusal{Name: "ci-1", Decision: lifecycle.Decision{Argument: argument, UserGone: userGone}}
	}

	all := []tokens.Notice{
		tokens.StepFailed{Err: &tokens.TakenError{}},
		tokens.StepFailed{Err: &tokens.SharedError{}},
		tokens.NameTaken{Err: &tokens.TakenError{}},
		tokens.NameCannotComeBack{},
		tokens.NameMissing{},
		tokens.FixedNameRotates{},
		tokens.SeriesCollides{Change: []pat.Token{{Name: "ci-1"}}},
		tokens.ReissueRefused{Refusal: refusal("", false)},
		tokens.ReissueRefused{Refusal: refusal("", true)},
		tokens.CannotReissue{Refusal: refusal("user_id", false)},
		tokens.CannotReissue{Refusal: refusal("encrypt_to", false)},
		tokens.CannotReissueToUser{Err: err},
		tokens.OtherServer{},
		tokens.OtherServer{Recorded: "https://old.example.com"},
		tokens.OtherPlatform{},
		tokens.ServerMoved{},
		tokens.ClockDiffers{},
		tokens.ClockDiffers{ClockDifference: pat.ClockDifference{Undated: true}},
		tokens.OtherOwner{Argument: "username"},
		tokens.UserNotFound{Err: err},
		tokens.InvalidUserID{Err: &tokens.UserIDError{}},
		tokens.InvalidUserID{Err: &tokens.UserIDError{Of: pat.Some(pat.Traits{})}},
		tokens.InvalidArgument{Argument: "name", Err: err},
		tokens.InvalidArgument{Argument: "name_prefix", Err: err},
		tokens.InvalidArgument{Argument: "expires_at", Err: err},
		tokens.InvalidPolicy{Argument: "overlap", Err: err},
		tokens.InvalidPolicy{Err: err},
		tokens.InvalidRecipient{Err: err},
		tokens.OwnCredential{},
		tokens.OwnCredentialHasName{},
		tokens.OwnUser{},
		tokens.OwnUserUnknown{Err: err},
		tokens.OwnPredecessor{},
		tokens.ImportInactive{},
		tokens.ImportedDiffers{Argument: "name"},
		tokens.ImportedDiffers{Argument: "expires_at"},
		tokens.SecretUnknown{},
		tokens.NeverExpires{},
		tokens.MayExpireWithinADay{},
		tokens.MayExpireWithinADay{Lifetime: lifecycle.Lifetime{In: pat.Some(time.Hour)}, Least: time.Hour},
		tokens.OtherExpiry{},
		tokens.ExpiryPassed{Err: err},
		tokens.ExpiryPassed{Reissue: true, Err: err},
		tokens.ExpiredOnTime{},
		tokens.KeptInvalid{},
		tokens.RevokedFirst{},
		tokens.RevokedFirst{SameName: true},
		tokens.RevokedFirst{Hold: lifecycle.Known(time.Hour)},
		tokens.OwnCredentialKeepsName{},
		tokens.RecipientsChanged{},
		tokens.RecipientsChanged{Added: true},
		tokens.RecipientsChanged{Removed: true},
		tokens.OutlivesExpiresIn{},
		tokens.ExpiryMoves{},
		tokens.UserRefused{User: pat.User{Username: "svc", Refusal: "is locked"}},
		tokens.TriggersRecorded{},
		tokens.TriggersRecorded{Removed: true},
		tokens.PrefixChanged{},
		tokens.LeftBehind{Sentence: "A token may live"},
		tokens.NotRevoked{Err: err},
		tokens.Held{},
		tokens.Held{Until: time.Unix(1, 0)},
		tokens.OrphanAdopted{},
		tokens.OrphanDestroyed{},
		tokens.ResemblingToken{},
		tokens.EphemeralNotRevoked{Err: err},
	}

	for step := tokens.StepFindUser; step <= tokens.StepRevokeBeforeReissue; step++ {
		all = append(all, tokens.StepFailed{Step: step, Err: err})
	}

	return all
}

// noticeSummaries returns the summaries of all notices, as a CLI prints them.
func noticeSummaries() []string {
	var all []string

	for _, notice := range notices() {
		worded := words.Diagnostic(notice)
		severity := "Warning"

		if worded.Severity() == diag.SeverityError {
			severity = "Error"
		}

		all = append(all, severity+": "+worded.Summary())
	}

	return all
}

// TestNotices_eachTypeHasWords tests that the table has a notice of every type, so that every type has
// a text and is in the guide.
func TestNotices_eachTypeHasWords(t *testing.T) {
	t.Parallel()

	worded := map[string]bool{
		// The provider itself words this for all constructs: only it knows which settings are unknown.
		"ServerUnknown": true,
	}
	for _, notice := range notices() {
		worded[reflect.TypeOf(notice).Name()] = true
	}

	tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join(providertest.Repository(), "internal/tokens/notice.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}

	var types, stepNames int

	ast.Inspect(tree, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.TypeSpec:
			if kind, ok := n.Type.(*ast.StructType); ok && reports(kind) {
				if types++; !worded[n.Name.Name] {
					t.Errorf("the table has no %s", n.Name.Name)
				}
			}
		case *ast.ValueSpec:
			if strings.HasPrefix(n.Names[0].Name, "Step") {
				stepNames++
			}
		}

		return true
	})

	if types == 0 || stepNames != int(tokens.StepRevokeBeforeReissue)+1 {
		t.Errorf("found only %d types and %d steps: is the last step still the same?", types, stepNames)
	}
}

// reports reports whether a type is that of a notice.
func reports(kind *ast.StructType) bool {
	for _, field := range kind.Fields.List {
		if name, ok := field.Type.(*ast.Ident); ok && len(field.Names) == 0 && (name.Name == "failure" || name.Name == "warning") {
			return true
		}
	}

	return false
}

// TestNotices_details tests that each notice has a detail, and that a failed step says what was
// attempted.
func TestNotices_details(t *testing.T) {
	t.Parallel()

	for _, notice := range notices() {
		worded := words.Diagnostic(notice)
		if name := fmt.Sprintf("%T", notice); worded.Detail() == "" || strings.HasSuffix(worded.Summary(), "Could not ") ||
			strings.Contains(worded.Detail(), "%!") {
			t.Errorf("%s: %q, %q", name, worded.Summary(), worded.Detail())
		}
	}
}
