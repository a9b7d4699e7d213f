package foremanserver_test

import (
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

func TestResponsesMatchTheRecordings(t *testing.T) {
	t.Parallel()
	recordings, err := foremanserver.Recordings()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, recording := range recordings {
		total += len(recording.Steps)
	}
	if total != foremanserver.RecordedExchanges {
		t.Errorf("the recordings contain %d exchanges, want %d", total, foremanserver.RecordedExchanges)
	}
	for _, recording := range recordings {
		t.Run(recording.Scenario, func(t *testing.T) {
			t.Parallel()
			replayOne(t, recording)
		})
	}
}

// replayOne replays a scenario against its own server.
func replayOne(t *testing.T, recording foremanserver.Recording) {
	t.Helper()
	results, err := recording.Replay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != len(recording.Steps) {
		t.Fatalf("%d steps were played, want %d", len(results), len(recording.Steps))
	}
	for _, result := range results {
		t.Run(result.Label, func(t *testing.T) {
			t.Parallel()
			if result.Difference != "" {
				t.Error(result.Difference)
			}
		})
	}
}
