package property

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

// TestProperty_settings sets every setting of the provider: unknown at first, and then to each value of
// its domain. An invalid setting is an error that names it, when the provider is configured or when the
// setting is first needed.
func TestProperty_settings(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	providertest.SetEnvironment(t, nil)

	all, domains := providertest.Schemas(t), domains()

	for _, platform := range bothPlatforms { //nolint:paralleltest // As above.
		t.Run(platform, func(t *testing.T) {
			w := newWorld(t, propertyPlatforms()[platform], all, [3]string{})
			w.next()

			for _, path := range argumentPaths("", all["provider"].Block.Attributes) {
				if block, _, _ := strings.Cut(path, "."); block != platform && slices.Contains(bothPlatforms, block) {
					continue // It is tested with the other platform's sandbox.
				}

				refused := w.configuresUnknown(path)

				for _, chosen := range domains["provider "+path] {
					w.configures(path, sampled(chosen, w), refused)
				}
			}
		})
	}
}

// block returns the provider block with this value of a setting.
func (w *world) block(path string, v any) *tfprotov6.DynamicValue {
	return encodedValue(core.Value(w.types["provider"], withArgument(w.settings, path, v)))
}

// configuresUnknown configures a provider with an unknown setting and returns its errors.
func (w *world) configuresUnknown(path string) []*tfprotov6.Diagnostic {
	w.said = nil

	server := providertest.NewProtocolServer(provider.Surroundings{Runner: pat.Runner{Now: w.s.Now}})
	errors := w.configure(server, w.block(path, tftypes.UnknownValue))

	for _, leak := range w.leaks() {
		w.t.Errorf("provider: %s is unknown: %s", path, leak)
	}

	return errors
}

// configures configures a provider with a value of a setting; the provider then reads its own user.
// refused holds the errors when the setting was unknown, which are right only if the value is an error
// as well.
func (w *world) configures(path string, v any, refused []*tfprotov6.Diagnostic) {
	w.said = nil
	w.s.Console.ResetRequests()

	what := fmt.Sprintf("provider: %s = %s", path, briefly(v))
	blamed := w.settingFaults(path, v)

	if len(refused) > 0 && len(blamed) == 0 {
		w.t.Errorf("%s: refused while unknown: %s", what, diagnosticTexts(refused))
	}

	server := providertest.NewProtocolServer(provider.Surroundings{Runner: pat.Runner{Now: w.s.Now}})
	errors := w.configure(server, w.block(path, v))

	if len(errors) == 0 {
		errors = w.note(w.whoAmI(server))
	}

	switch {
	case len(blamed) > 0 && len(errors) == 0:
		w.t.Errorf("%s: there is no error about %s", what, blamed)
	case len(blamed) > 0 && !blames(errors, blamed):
		w.t.Errorf("%s: the error names none of %s: %s", what, blamed, diagnosticTexts(errors))
	case len(blamed) > 0 && w.s.Console.Count(nil) > 0:
		w.t.Errorf("%s: requests were sent before the error: %s", what, diagnosticTexts(errors))
	}

	for _, leak := range w.leaks() {
		w.t.Errorf("%s: %s", what, leak)
	}
}

// whoAmI reads the provider's own user.
func (w *world) whoAmI(server providertest.ProtocolServer) []*tfprotov6.Diagnostic {
	w.t.Helper()

	response, err := server.ReadDataSource(w.t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: "opsaccess_current_user", Config: encodedValue(core.Value(w.types["data opsaccess_current_user"], map[string]any{})),
	})
	providertest.Must(w.t, err)

	return response.Diagnostics
}

// settingFaults returns the settings that are invalid if this one has the value.
func (w *world) settingFaults(path string, v any) faults {
	blamed := faults{}
	_, name, _ := strings.Cut("."+path, ".")
	name = name[strings.LastIndex(name, ".")+1:]

	if v == nil {
		switch name {
		case "url", "username", "password":
			blamed.blame(name)
		case w.s.System.Traits().Platform:
			blamed.blame("foreman", "universal_controller")
		}

		return blamed
	}

	switch name {
	case "foreman", "universal_controller":
		blamed.blame("url", "username", "password")
	case "request_timeout":
		if _, ok := hours(v, false); !ok {
			blamed.blame(name)
		}
	case "max_retries", "max_concurrent_requests", "organization_id", "location_id":
		number, isInt := v.(int)
		highest := map[string]int{"max_retries": 20, "max_concurrent_requests": 100}[name]

		if isInt && (number < 0 || number == 0 && name != "max_retries" || highest > 0 && number > highest) || !isInt && highest > 0 {
			blamed.blame(name)
		}
	case "url", "username", "password", "token":
		if text, _ := v.(string); text == "" || strings.ContainsFunc(text, unicode.IsControl) || strings.HasPrefix(text, "\ufeff") ||
			name == "username" && strings.Contains(text, ":") {
			blamed.blame(name)
		}

		if name == "token" {
			blamed.blame(name, "password") // A token and a password are both set.
		}
	case "headers":
		headers, _ := v.(map[string]any)
		for header, value := range headers {
			if text, _ := value.(string); header != "X-Gateway" || text != patLike {
				blamed.blame(name)
			}
		}
	case "tls_server_name":
		if text, _ := v.(string); strings.ContainsAny(text, " \n\r\x00\ufeff/@") || text == "" || strings.HasSuffix(text, ":443") {
			blamed.blame(name)
		}
	case "ca_certificate":
		blamed.blame(name)
	case "client_certificate", "client_key":
		blamed.blame("client_certificate", "client_key")
	}

	return blamed
}
