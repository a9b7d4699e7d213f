package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
)

// microPackages have Go benchmarks.
var microPackages = []string{clirun.Module + "/internal/foreman", clirun.Module + "/internal/lifecycle"}

// micro runs Go's own benchmarks.
func (b *bench) micro(ctx context.Context) error {
	if b.scale.benchTime == "" {
		return nil
	}

	args := append([]string{"test", "-run", "^$", "-bench", ".", "-benchmem", "-benchtime", b.scale.benchTime}, microPackages...)

	output, err := exec.CommandContext(ctx, "go", args...).CombinedOutput() //nolint:gosec // All arguments are the bench's own.
	if err != nil {
		return fmt.Errorf("run Go's benchmarks: %w\n%s", err, output)
	}

	for line := range strings.Lines(string(output)) {
		if strings.HasPrefix(line, "Benchmark") {
			b.results.micro = append(b.results.micro, strings.TrimSpace(line))
		}
	}

	return nil
}

func (b *bench) writeMicro(text *strings.Builder) {
	if len(b.results.micro) == 0 {
		return
	}

	text.WriteString("\n## Without a server\n\n`go test -run '^$' -bench . -benchmem ./internal/foreman ./internal/lifecycle`:\n\n```text\n")
	text.WriteString(strings.Join(b.results.micro, "\n"))
	text.WriteString("\n```\n")
}
