package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestARequestIsToldWithoutItsSecret(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if have := r.Header.Get("Authorization"); have != "Bearer hidden" {
			t.Errorf("Authorization is %q", have)
		}

		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("short and stout"))
	}))
	defer server.Close()

	caller := api{url: server.URL, account: "Bearer, ci", authorize: bearer("hidden")}

	done, err := caller.call(t.Context(), http.MethodDelete, "/token?name=a+b%2Fc", nil)
	if err != nil {
		t.Fatal(err)
	}

	want := exchange{asked: "DELETE /token?name=a b/c as Bearer, ci", status: http.StatusTeapot, answer: []byte("short and stout")}
	if diff := cmp.Diff(want, done, cmp.AllowUnexported(exchange{})); diff != "" {
		t.Errorf("exchange (-want +got):\n%s", diff)
	}
}
