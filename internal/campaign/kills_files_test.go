package campaign

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// nothingDone matches the CLI's output for the apply of an empty plan.
var nothingDone = regexp.MustCompile(`(Apply|Destroy) complete! Resources: (0 added, 0 changed, )?0 destroyed`)

// reads parses the output of a command.
func (o *outcome) reads(done clirun.Outcome) {
	for line := range strings.Lines(done.Stdout) {
		var says struct {
			Message    string `json:"@message"`
			Diagnostic *struct {
				Severity string `json:"severity"`
				Summary  string `json:"summary"`
				Detail   string `json:"detail"`
			} `json:"diagnostic"`
		}

		if json.Unmarshal([]byte(line), &says) != nil {
			continue
		}

		o.empty = o.empty || nothingDone.MatchString(says.Message)

		switch d := says.Diagnostic; {
		case d == nil:
		case d.Severity == "error":
			o.errors = append(o.errors, d.Summary+": "+d.Detail)
		case d.Summary != "Provider development overrides are in effect":
			o.warnings = append(o.warnings, d.Summary+": "+d.Detail)
		}
	}

	if done.Code != 0 && len(o.errors) == 0 {
		o.errors = append(o.errors, fmt.Sprintf("exit code %d: %s%s", done.Code, done.Stdout, done.Stderr))
	}
}

// write writes the configuration.
func (k *killer) write() error {
	resources := map[string]any{}
	for i, w := range k.wishes {
		resources[address(i)] = w.arguments(k.target.userID, k.clock.now())
	}

	text, err := json.Marshal(map[string]any{
		"terraform": map[string]any{"required_providers": map[string]any{"opsaccess": map[string]string{"source": "opsaccess/opsaccess"}}},
		"provider":  map[string]any{"opsaccess": map[string]any{k.target.platform: k.target.block(k.gate.url()), "max_retries": 1}},
		"resource":  map[string]any{providertest.TokenType: resources},
	})
	if err != nil {
		return err
	}

	return os.WriteFile(filepath.Join(k.cli.Folder, "main.tf.json"), text, 0o600)
}

// readState reads the state file.
func (k *killer) readState() ([]*instance, error) {
	next := make([]*instance, len(k.wishes))

	text, err := os.ReadFile(filepath.Join(k.cli.Folder, "terraform.tfstate"))
	if errors.Is(err, os.ErrNotExist) {
		return next, nil
	}

	var state struct {
		Resources []struct {
			Name      string `json:"name"`
			Instances []struct {
				Attributes json.RawMessage `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}

	if err == nil {
		err = json.Unmarshal(text, &state)
	}

	if err != nil {
		return nil, err
	}

	all, err := schemas()
	if err != nil {
		return nil, err
	}

	for _, r := range state.Resources {
		for _, i := range r.Instances {
			raw := tfprotov6.RawState{JSON: i.Attributes}

			value, err := raw.Unmarshal(all.ResourceSchemas[providertest.TokenType].ValueType())
			if err != nil {
				return nil, err
			}

			next[resourceOf(r.Name)] = &instance{value: value}
		}
	}

	return next, nil
}

// address returns the name of a resource in the configuration.
func address(i int) string { return "r" + strconv.Itoa(i) }
