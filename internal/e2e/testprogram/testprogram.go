// Package testprogram finds or builds the program that a test runs in, for tests that start it again in
// another process.
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

// DetectsRaces reports whether this program was built with the race detector.
func DetectsRaces() bool {
	info, ok := debug.ReadBuildInfo()

	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// WithoutRaceDetector returns the path of this program. If it was built with the race detector, which
// multiplies the time and the memory of a process, it first builds the program without it into the
// folder. A test's working directory is the folder of its package, so that package is built.
func WithoutRaceDetector(ctx context.Context, folder string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the program of the test: %w", err)
	}

	if !DetectsRaces() {
		return self, nil
	}

	program := filepath.Join(folder, filepath.Base(self))

	output, err := exec.CommandContext(ctx, "go", "test", "-race=false", "-c", "-o", program, ".").CombinedOutput() //nolint:gosec // The test chooses the folder.
	if err != nil {
		return "", fmt.Errorf("build the program of the test: %w\n%s", err, output)
	}

	return program, nil
}
