package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// readUsers returns the users in a file, in the format of their platform.
func readUsers[User any](file string) ([]User, error) {
	text, err := os.ReadFile(file) //nolint:gosec // The caller chooses the file.
	if err != nil {
		return nil, fmt.Errorf("read the users: %w", err)
	}
	var list struct {
		Users []User `json:"users"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("read the users of %s: %w", file, err)
	}
	return list.Users, nil
}
