package controllerserver_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

func TestEverySwitchValueHasAVariant(t *testing.T) {
	t.Parallel()
	// Each variant sets one field, each value is set once, and no variant sets a default.
	met := map[string]map[any]bool{}
	names := map[string]bool{}
	for i, variant := range controllerserver.Variants() {
		if names[variant.Name] {
			t.Errorf("two variants are called %q", variant.Name)
		}
		names[variant.Name] = true
		switches := reflect.ValueOf(variant.Options.Switches)
		set := 0
		for _, field := range reflect.VisibleFields(switches.Type()) {
			v := switches.FieldByIndex(field.Index)
			if met[field.Name] == nil {
				met[field.Name] = map[any]bool{}
			}
			if v.IsZero() {
				continue
			}
			set++
			if met[field.Name][v.Interface()] {
				t.Errorf("%s: value %v is set twice", field.Name, v)
			}
			met[field.Name][v.Interface()] = true
		}
		if want := min(i, 1); set != want {
			t.Errorf("%s sets %d switches, want %d", variant.Name, set, want)
		}
		variant.Options.Switches = controllerserver.Switches{}
		if diff := cmp.Diff(controllerserver.Options{}, variant.Options); diff != "" {
			t.Errorf("%s sets more than a switch: %s", variant.Name, diff)
		}
	}
	want := map[string]int{
		"DuplicateName": 2, "UnknownToken": 2, "ListWithoutUser": 1, "NoExpiry": 3, "TokenUserID": 2, "UnknownUser": 1,
		"ExpiredTokens": 1, "Accept": 1, "MaxLifetimeDays": 1, "Times": 1, "LastDay": 1, "ServiceRole": 1, "UserShape": 1,
		"Quotes": 1, "RevokeAnswer": 1, "LastUse": 2,
		"PayloadTokens": 2, "PasswordLeftOut": 2, "UnknownMembers": 2, "LimitedUpdate": 2,
	}
	have := map[string]int{}
	for name, values := range met {
		have[name] = len(values)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("values other than the default (-want +have):\n%s", diff)
	}
}

func TestDocumentationTableMatchesTheVariants(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]bool{"defaults": true}
	_, rows, _ := strings.Cut(string(text), "//\tswitch ")
	for line := range strings.Lines(rows) {
		row, isRow := strings.CutPrefix(line, "//\t")
		if !isRow {
			continue
		}
		name, rest, _ := strings.Cut(row, "  ")
		values, _, _ := strings.Cut(strings.TrimSpace(rest), "  ")
		for _, value := range strings.Split(values, ", ")[1:] {
			table[name+" "+value] = true
		}
	}
	variants := map[string]bool{}
	for _, v := range controllerserver.Variants() {
		variants[v.Name] = true
	}
	if diff := cmp.Diff(table, variants); diff != "" {
		t.Errorf("the documentation's table and the variants (-table +variants):\n%s", diff)
	}
}
