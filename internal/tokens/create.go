package tokens

import (
	"context"
	"fmt"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Create issues the first token of a resource and returns its record. If it fails, either no token
// was issued, or the notices name the ones that may have been.
func (e *Engine) Create(ctx context.Context, plan Record, memory Memory) (Record, Memory, Notices) {
	var notices Notices

	user, err := e.Recipient(ctx, plan.User())
	if err != nil {
		notices.add(StepFailed{Step: StepFindUser, Err: err})

		return plan, memory, notices
	}

	record := plan.ownedBy(user).on(e.System)

	if e.checkArguments(record, true, &notices); notices.Failed() {
		return plan, memory, notices
	}

	record, memory = e.issueAndRecord(ctx, record, record.Order(user.ID), lifecycle.ReasonCreated, nil, memory, &notices)
	e.warnClock(record.byTime(), &notices)

	return record, memory, notices
}

// issueAndRecord issues a token and records it, together with the predecessors that are still active.
// Once the token is issued, nothing may fail, because its secret exists only here.
func (e *Engine) issueAndRecord(
	ctx context.Context, record Record, order Order, reason lifecycle.Reason,
	predecessors []lifecycle.Predecessor, memory Memory, notices *Notices,
) (Record, Memory) {
	order.Known = append(order.Known, tokensOf(predecessors)...)
	order.Prefixes = memory.Prefixes
	memory = memory.withPrefix(record.NamePrefix.V)

	recipients, err := record.recipients()
	if err != nil {
		notices.add(InvalidRecipient{Err: err})

		return record, memory
	}

	result, err := e.issuer.Issue(ctx, order)
	if err != nil {
		notices.add(StepFailed{Step: StepIssue, Err: err})

		return record, memory
	}

	if record.Secret, err = keptSecret(result.Secret, recipients); err != nil {
		notices.add(StepFailed{Step: StepKeepSecret, Err: e.revokeUnkeepable(ctx, result.Token, err)})

		return record, memory
	}

	record.Version = lifecycle.Known(e.registry.nextVersion(record.Version.V, e.Clock.Now()))
	record.Series = setUnlessEmpty(result.Series)
	record.Generation = lifecycle.Known(result.Generation)
	record.Due = lifecycle.Value[lifecycle.Reason]{}
	record.Current = Current{
		IssueReason: lifecycle.Known(reason), SHA256: lifecycle.Known(Fingerprint(result.Secret)),
	}.shown(result.Token)
	// As planned: Terraform would treat another status as an error and taint a new resource. If the
	// server reports another status, the next refresh records it.
	record.Current.Status = lifecycle.Known(pat.StatusActive)
	record = record.scheduled(e.System.Traits())

	memory.Unanswered = result.Unanswered

	reportIssued(result, notices)

	predecessors = e.adopt(predecessors, result.Orphans, record.Policy, order.Generation, notices)
	record.Previous = lifecycle.Known(e.succeed(predecessors, result.CreatedAt, record.Policy))

	return record, memory
}

// reportIssued adds the notices about a token that was just issued.
func reportIssued(result Result, notices *Notices) {
	for _, sentence := range result.Leftovers {
		notices.add(LeftBehind{Sentence: sentence})
	}

	if given := result.ExpiresAt; given.IsZero() != !result.Asked.Set || !given.Equal(result.Asked.V) {
		notices.add(OtherExpiry{Issued: result.Issued})
	}
}

// revokeUnkeepable revokes a token whose secret could not be encrypted, and returns the error with
// the result of that.
func (e *Engine) revokeUnkeepable(ctx context.Context, token pat.Token, cause error) error {
	if err := e.System.Revoke(context.WithoutCancel(ctx), token); err != nil {
		return fmt.Errorf("%w. The token %q (id %s) was issued and could not be revoked: %w. Revoke it",
			cause, token.Name, token.ID, err)
	}

	return fmt.Errorf("%w. The token %q (id %s) was issued, and revoked again", cause, token.Name, token.ID)
}
