package main

import (
	"context"
	"fmt"

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
		results, err := recording.Replay(ctx)
		if err != nil {
			return err
		}

		for _, result := range results {
			if result.Difference != "" {
				return fmt.Errorf("replay %s: %s: %s", result.Scenario, result.Label, result.Difference)
			}
		}

		alike += len(results)
	}

	return expect(f.story, fmt.Sprintf("%d of %d recorded exchanges of a real Foreman 3.13 answered alike",
		alike, foremanserver.RecordedExchanges), foremanserver.RecordedExchanges, alike)
}
