// Package testprogram is about the program that a test runs in, for tests that start it again
// as another process.
package testprogram

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
)

// DetectsRaces says whether this program was built with the race detector.
func DetectsRaces() bool {
	info, ok := debug.ReadBuildInfo()

	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// WithoutRaceDetector returns the path of this program, or of the same one built into the folder
// if this one has the race detector, which multiplies the time and the memory that a process
// takes. Tests run in the folder of their package, which is the one that is built.
func WithoutRaceDetector(ctx context.Context, folder string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the program of the test: %w", err)
	}

	if !DetectsRaces() {
		return self, nil
	}

	program := filepath.Join(folder, filepath.Base(self))

	output, err := exec.CommandContext(ctx, "go", "test", "-race=false", "-c", "-o", program, ".").CombinedOutput() //nolint:gosec // The test names the folder.
	if err != nil {
		return "", fmt.Errorf("build the program of the test: %w\n%s", err, output)
	}

	return program, nil
}
