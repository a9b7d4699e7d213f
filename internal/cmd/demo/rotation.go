package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

const (
	// overlap is the one of the configuration's rotation.
	overlap = 3 * time.Second
	// ticketFile sets the variable that the rotation is triggered by.
	ticketFile = "ticket.auto.tfvars"
)

// rotate changes a trigger, and logs in with the old token before, during and after the
// apply: whoever uses it notices nothing.
func (t *tour) rotate(ctx context.Context) error {
	const setting = "ticket = \"OPS-2\"\n"

	t.story.command("echo '" + setting[:len(setting)-1] + "' >" + ticketFile)

	if err := os.WriteFile(filepath.Join(t.cli.folder, ticketFile), []byte(setting), 0o600); err != nil {
		return fmt.Errorf("write the variable: %w", err)
	}

	old := t.pipeline
	t.predecessor = old
	consumer := t.consume(ctx, old)

	if err := t.reissue(ctx); err != nil {
		return errors.Join(err, consumer().err)
	}

	seen := consumer()

	return errors.Join(
		seen.err,
		expect(t.story, fmt.Sprintf("%s follows %s, for its triggers", t.pipeline.Current.Name, old.Current.Name),
			"triggers", t.pipeline.Current.Reason),
		expect(t.story, fmt.Sprintf("logins with the old token while Terraform ran: %d, refused: 0", seen.logins),
			0, seen.refused),
		t.logsIn(ctx, old, http.StatusOK),
		t.logsIn(ctx, t.pipeline, http.StatusOK),
	)
}

// retire waits for the overlap to pass. The next apply revokes the predecessor, and the
// plan after it is empty.
func (t *tour) retire(ctx context.Context) error {
	old := t.pipeline.Previous
	if len(old) != 1 {
		return fmt.Errorf("%d predecessors are in the state, want one", len(old))
	}

	select {
	case <-time.After(overlap + time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}

	if _, err := t.plan(ctx, exitChanges); err != nil {
		return err
	}

	secret := t.pipeline.Secret

	if err := t.reissue(ctx); err != nil {
		return err
	}

	return errors.Join(
		expect(t.story, old[0].Name+" is no predecessor any more", 0, len(t.pipeline.Previous)),
		expect(t.story, "the live token is the same", true, secret == t.pipeline.Secret),
		t.logsIn(ctx, t.predecessor, http.StatusUnauthorized),
		t.logsIn(ctx, t.pipeline, http.StatusOK),
		t.planEmpty(ctx),
	)
}

// consumption is what a consumer met with.
type consumption struct {
	logins, refused int
	err             error
}

// consume logs in with the token again and again, until the returned function is called.
func (t *tour) consume(ctx context.Context, token issued) func() consumption {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan consumption, 1)

	go func() {
		var seen consumption
		defer func() { done <- seen }()

		for {
			answer, err := t.platform.logIn(context.WithoutCancel(ctx), token)
			if err != nil {
				seen.err = err

				return
			}

			seen.logins++

			if answer.status != http.StatusOK {
				seen.refused++
			}

			select {
			case <-ctx.Done():
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()

	return func() consumption {
		stop()

		return <-done
	}
}
