package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestACommandIsShownAsAPersonWouldTypeIt(t *testing.T) {
	t.Parallel()

	first := &cli{name: "tofu", env: map[string]string{"URL": "right", "PASSWORD": "right"}}
	second := first.with("URL", "wrong").withSecret("PASSWORD", "hidden")

	if diff := cmp.Diff("URL=wrong PASSWORD=*** tofu plan", second.line([]string{"plan"})); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}

	if diff := cmp.Diff(map[string]string{"PASSWORD": "hidden", "URL": "wrong"}, second.env); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}

	if diff := cmp.Diff(map[string]string{"PASSWORD": "right", "URL": "right"}, first.env); diff != "" {
		t.Errorf("the environment that was started from (-want +got):\n%s", diff)
	}
}
