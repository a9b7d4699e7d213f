package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
)

func TestVerdictMatchesSummaryLines(t *testing.T) {
	t.Parallel()

	const output = "data.x.y: Reading...\n\nPlan: 2 to add, 0 to change, 0 to destroy.\na_b.c: Creating...\n\n" +
		"Apply complete! Resources: 2 added, 0 changed, 0 destroyed.\n\nOutputs:\n\nplan = \"Plan: none\"\n"

	want := []string{
		"Plan: 2 to add, 0 to change, 0 to destroy.",
		"Apply complete! Resources: 2 added, 0 changed, 0 destroyed.",
	}
	if diff := cmp.Diff(want, matching(output, verdict)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

// The CLI in this test is the test itself, which lists its tests.
func TestCommandIsPrintedAsAPersonWouldTypeIt(t *testing.T) {
	t.Parallel()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	var out strings.Builder

	chapter := &tour{
		story:    &narrator{out: &out},
		platform: platform{password: variable{"PASSWORD", "right"}},
		cli:      clirun.CLI{Path: self, Folder: t.TempDir(), Env: map[string]string{"PASSWORD": "right"}},
	}

	done := chapter.run(t.Context(), []variable{{"URL", "wrong"}, {"PASSWORD", "hidden"}}, "-test.list", "TypeIt")
	want := "    $ URL=wrong PASSWORD=*** " + chapter.cli.Name() + " -test.list TypeIt\n"

	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}

	if chapter.story.err != nil || !strings.Contains(done.Stdout, t.Name()) {
		t.Errorf("the outcome is %+v, %v", done, chapter.story.err)
	}

	if diff := cmp.Diff(map[string]string{"PASSWORD": "right"}, chapter.cli.Env); diff != "" {
		t.Errorf("the environment of the next command (-want +got):\n%s", diff)
	}
}

func TestRequestIsPrintedWithoutItsSecret(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if have := r.Header.Get("Authorization"); have != "Bearer hidden" {
			t.Errorf("Authorization is %q", have)
		}

		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "short and stout")
	}))
	defer server.Close()

	sent := request{
		method: http.MethodDelete, url: server.URL + "/token?name=a+b%2Fc", account: "bearer token ci", password: "hidden",
	}

	status, body, err := sent.send(t.Context())
	if err != nil || status != http.StatusTeapot || string(body) != "short and stout" {
		t.Errorf("the response is %d %q, %v", status, body, err)
	}

	if diff := cmp.Diff("DELETE /token?name=a b/c as bearer token ci", sent.String()); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}
