package main

import (
	"context"
	"encoding/json"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
)

const (
	tokenType  = "opsaccess_personal_access_token"
	pipeline   = tokenType + ".pipeline"
	monitoring = tokenType + ".monitoring"
	adopted    = tokenType + ".laptop"
)

// issued is a token resource in the state.
type issued struct {
	// ID is Terraform's, <user id>/<token id>.
	ID         string `json:"id"`
	Secret     string `json:"token"`
	Generation int    `json:"generation"`
	Current    struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Status string `json:"status"`
		Reason string `json:"issue_reason"`
	} `json:"current"`
	// Previous are the predecessors that live on.
	Previous []struct {
		Name string `json:"name"`
	} `json:"previous"`
	// sensitive says whether the state marks the secret.
	sensitive bool
}

// issued reads a token resource from the state.
func (t *tour) issued(ctx context.Context, address string) (issued, error) {
	var state tfjson.State

	if err := t.cli.read(ctx, &state, "show", "-json"); err != nil {
		return issued{}, err
	}

	if state.Values == nil || state.Values.RootModule == nil {
		return issued{}, fmt.Errorf("%s: the state is empty", address)
	}

	for _, resource := range state.Values.RootModule.Resources {
		if resource.Address == address {
			found, err := decodeIssued(resource)
			t.story.guard("the secret of "+found.Current.Name, found.Secret)

			return found, err
		}
	}

	return issued{}, fmt.Errorf("%s is not in the state", address)
}

// readState reads the tokens of the configuration from the state.
func (t *tour) readState(ctx context.Context) (err error) {
	if t.pipeline, err = t.issued(ctx, pipeline); err != nil {
		return err
	}

	t.monitoring, err = t.issued(ctx, monitoring)

	return err
}

func decodeIssued(resource *tfjson.StateResource) (issued, error) {
	var (
		found  issued
		marked struct {
			Secret bool `json:"token"`
		}
	)

	encoded, err := json.Marshal(resource.AttributeValues)
	if err != nil {
		return issued{}, fmt.Errorf("%s: %w", resource.Address, err)
	}

	if err := json.Unmarshal(encoded, &found); err != nil {
		return issued{}, fmt.Errorf("%s: %w", resource.Address, err)
	}

	if err := json.Unmarshal(resource.SensitiveValues, &marked); err != nil {
		return issued{}, fmt.Errorf("%s: %w", resource.Address, err)
	}

	found.sensitive = marked.Secret

	return found, nil
}
