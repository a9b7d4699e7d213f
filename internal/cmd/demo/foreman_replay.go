package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// replay shows what the sandbox is measured against: it must answer as a real Foreman
// did when its exchanges were recorded.
func (f *foremanDemo) replay(ctx context.Context) error {
	recordings, err := foremanserver.Recordings()
	if err != nil {
		return err
	}

	var alike int

	for _, recording := range recordings {
		count, err := replayOne(ctx, recording)
		if err != nil {
			return err
		}

		alike += count
	}

	return expect(f.story, fmt.Sprintf("%d of %d recorded exchanges of a real Foreman 3.13 answered alike",
		alike, foremanserver.RecordedExchanges), foremanserver.RecordedExchanges, alike)
}

// replayOne replays a recording on a fresh server and counts the answers. One that
// differs is an error.
func replayOne(ctx context.Context, recording foremanserver.Recording) (count int, err error) {
	server := foremanserver.New(foremanserver.Options{})

	for _, user := range recording.Users {
		if _, err := server.AddUser(user); err != nil {
			return 0, fmt.Errorf("replay %s: %w", recording.Scenario, err)
		}
	}

	running, err := sandbox.Start(server, loopback)
	if err != nil {
		return 0, err
	}

	defer func() { err = errors.Join(err, running.Close()) }()

	results, err := foremanserver.Replay(ctx, running.URL(), recording)
	if err != nil {
		return 0, err
	}

	for _, result := range results {
		if result.Difference != "" {
			return 0, fmt.Errorf("replay %s: %s: %s", result.Scenario, result.Label, result.Difference)
		}
	}

	return len(results), nil
}
