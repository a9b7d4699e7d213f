package platform

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"unicode"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// connectionModel has the settings that are the same for every platform.
type connectionModel struct {
	RequestTimeout        types.String `tfsdk:"request_timeout"`
	MaxRetries            types.Int64  `tfsdk:"max_retries"`
	MaxConcurrentRequests types.Int64  `tfsdk:"max_concurrent_requests"`
	CACertificate         types.String `tfsdk:"ca_certificate"`
	ClientCertificate     types.String `tfsdk:"client_certificate"`
	ClientKey             types.String `tfsdk:"client_key"`
	InsecureSkipVerify    types.Bool   `tfsdk:"insecure_skip_verify"`
	TLSServerName         types.String `tfsdk:"tls_server_name"`
	Headers               types.Map    `tfsdk:"headers"`
}

// connectionSettings is connectionModel with its defaults, which a platform completes.
type connectionSettings struct {
	options rest.Options
	// unready has the settings that prevent opening the platform.
	unready

	// caSet and verifySet say that the configuration sets the value, so that no environment
	// variable may.
	caSet, verifySet bool
}

func connectionAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"request_timeout": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{tfvalue.Duration()},
			MarkdownDescription: "The timeout of each attempt of a request, such as `2m`. Units are `w`, `d`, `h`, `m` (minutes) " +
				"and `s`. Default is `60s`.",
		},
		"max_retries": schema.Int64Attribute{
			Optional:   true,
			Validators: []validator.Int64{int64validator.Between(0, 20)},
			MarkdownDescription: "The number of retries when the server cannot be reached or is overloaded. A request that " +
				"issues a token is retried only if it cannot have reached the server. Default is 4.",
		},
		"max_concurrent_requests": schema.Int64Attribute{
			Optional:            true,
			Validators:          []validator.Int64{int64validator.Between(1, 100)},
			MarkdownDescription: "The maximum number of simultaneous requests. Default is 10.",
		},
		"ca_certificate": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "Certificates of authorities to trust in addition to those of the machine, in PEM format, such as " +
				"`file(\"ca.pem\")`. Default for Foreman is the content of the file that `FOREMAN_CA_PATH` names.",
		},
		"client_certificate": schema.StringAttribute{
			Optional: true,
			// No validator checks that both are set, because the CLI prints the source of the
			// attribute that an error points at.
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "The client certificate, in PEM format. Requires `client_key`.",
		},
		"client_key": schema.StringAttribute{
			Optional:            true,
			Sensitive:           true,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "The private key of `client_certificate`, in PEM format.",
		},
		"insecure_skip_verify": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to accept any server certificate, which allows an attacker on the network to read " +
				"credentials and tokens. Default is `false` or, for Foreman, the opposite of `FOREMAN_VALIDATE_CERTS`.",
		},
		"tls_server_name": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{tfvalue.Matches("tls_server_name", hostName, "must be a host name or an IP address, without scheme and port")},
			MarkdownDescription: "The name that the provider sends to the server (SNI) and verifies in its certificate, such as " +
				"`foreman.example.com`. Set it if `url` has another host, such as an IP address or a tunnel on `localhost`. " +
				"Default is the host of `url`.",
		},
		"headers": schema.MapAttribute{
			Optional:    true,
			Sensitive:   true,
			ElementType: types.StringType,
			MarkdownDescription: "Headers to add to each request, such as `{ \"CF-Access-Client-Id\" = var.client_id }` for a " +
				"gateway in front of the server. Headers that the provider sets itself, such as `Authorization`, `Cookie` and " +
				"`Host`, are an error. The provider masks the values in logs and errors, and sends them only to the host of " +
				"`url`.",
		},
	}
}

// connection returns the settings with their defaults, and reports invalid ones.
func (m connectionModel) connection(userAgent string, diags *diag.Diagnostics) connectionSettings {
	c := connectionSettings{
		options: rest.Options{
			UserAgent:             userAgent,
			RequestTimeout:        tfvalue.ReadDuration(m.RequestTimeout, path.Root("request_timeout"), diags).Or(rest.DefaultRequestTimeout),
			MaxRetries:            rest.DefaultMaxRetries,
			MaxConcurrentRequests: rest.DefaultMaxConcurrentRequests,
			TLS: rest.TLSOptions{
				CACertificate:      m.CACertificate.ValueString(),
				ClientCertificate:  m.ClientCertificate.ValueString(),
				ClientKey:          pat.Secret(m.ClientKey.ValueString()),
				InsecureSkipVerify: m.InsecureSkipVerify.ValueBool(),
				ServerName:         m.TLSServerName.ValueString(),
			},
			Headers: m.headers(diags),
		},
		caSet:     !m.CACertificate.IsNull(),
		verifySet: !m.InsecureSkipVerify.IsNull(),
	}

	if !m.MaxRetries.IsNull() {
		c.options.MaxRetries = int(m.MaxRetries.ValueInt64())
	}

	if !m.MaxConcurrentRequests.IsNull() {
		c.options.MaxConcurrentRequests = int(m.MaxConcurrentRequests.ValueInt64())
	}

	for name, value := range map[string]attr.Value{
		"request_timeout": m.RequestTimeout, "max_retries": m.MaxRetries,
		"max_concurrent_requests": m.MaxConcurrentRequests, "ca_certificate": m.CACertificate,
		"client_certificate": m.ClientCertificate, "client_key": m.ClientKey,
		"insecure_skip_verify": m.InsecureSkipVerify, "tls_server_name": m.TLSServerName, "headers": m.Headers,
	} {
		if !whollyKnown(value) {
			c.unknown = append(c.unknown, name)
		}
	}

	return c
}

// whollyKnown reports whether no part of a value is unknown.
func whollyKnown(value attr.Value) bool {
	if elements, ok := value.(types.Map); ok {
		for _, element := range elements.Elements() {
			if element.IsUnknown() {
				return false
			}
		}
	}

	return !value.IsUnknown()
}

// Check reports invalid settings, as far as they are known. It points at no attribute, because the
// CLI would print the source, which may contain a secret.
func (m connectionModel) Check(diags *diag.Diagnostics) {
	switch {
	case m.ClientCertificate.IsNull() && tfvalue.IsSet(m.ClientKey):
		diags.AddError("Missing client_certificate", "`client_key` needs the certificate that it belongs to.")
	case m.ClientKey.IsNull() && tfvalue.IsSet(m.ClientCertificate):
		diags.AddError("Missing client_key", "`client_certificate` needs the key that it was made for.")
	}

	m.headers(diags)
}

// headers returns the known headers, and reports those that cannot be sent.
func (m connectionModel) headers(diags *diag.Diagnostics) rest.Headers {
	headers := rest.Headers{}

	for name, value := range m.Headers.Elements() {
		text, ok := value.(types.String)
		if !ok || text.IsUnknown() {
			continue
		}

		headers[name] = pat.Secret(text.ValueString())
	}

	if err := headers.Check(); err != nil {
		diags.AddError("Invalid headers", fmt.Sprintf(
			"The provider cannot send what `headers` contains: %s. Nothing was sent. For a value from a file, use `trimspace(file(…))`.",
			strings.ReplaceAll(err.Error(), "\n", "; ")))
	}

	return headers
}

// textSetting is a text in a platform's object for which an environment variable can stand in.
type textSetting struct {
	path      path.Path
	value     types.String
	variables []string // At least one is required.
	required  bool
}

// resolve returns the setting's value: that of the configuration, or that of the first environment
// variable that is set. It reports a text with invisible characters, and records a setting that is
// unknown, or required and missing.
func (c *connectionSettings) resolve(s textSetting, diags *diag.Diagnostics) string {
	if s.value.IsUnknown() {
		c.unknown = append(c.unknown, s.path.String())

		return ""
	}

	text, source := s.value.ValueString(), "`"+s.path.String()+"`"
	if s.value.IsNull() {
		for _, variable := range s.variables {
			if text, source = os.Getenv(variable), variable; text != "" {
				break
			}
		}
	}

	if text == "" && s.required {
		c.missing.AddError(fmt.Sprintf("Missing %s", s.path), fmt.Sprintf(
			"Set `%s` in the provider block, or %s in the environment.", s.path, s.variables[0]))
	}

	refuseInvisible(source, text, diags)

	if strings.HasSuffix(s.path.String(), ".username") && strings.Contains(text, ":") {
		diags.AddError(invalidText, source+" contains a colon, which ends the username in HTTP Basic authentication. "+
			"Nothing was sent. Set the username alone, without a password behind it.")
	}

	return text
}

const invalidText = "Invalid URL or credential"

// refuseInvisible reports a text with a character that cannot be intended, such as a line break at
// the end of a file or a byte order mark at its beginning. The message contains nothing of the
// text.
func refuseInvisible(source, text string, diags *diag.Diagnostics) {
	invisible := func(r rune) bool { return unicode.IsControl(r) || r == '\uFEFF' }

	at := strings.IndexFunc(text, invisible)
	if at < 0 {
		return
	}

	position, character := "contains", []rune(text[at:])[0]

	switch {
	case at == 0:
		position = "begins with"
	case strings.TrimFunc(text[at:], invisible) == "":
		position = "ends in"
	}

	what, remedy := fmt.Sprintf("the control character %U", character), "use `trimspace(file(…))`"

	switch character {
	case '\n', '\r':
		what = "a line break"
	case '\uFEFF':
		what, remedy = "a byte order mark", "save the file without one"
	}

	diags.AddError(invalidText, fmt.Sprintf("%s %s %s. Nothing was sent: each failed login counts towards a lock. "+
		"Correct the value. If it is read from a file, %s.", source, position, what, remedy))
}

// hostName matches a host name or an IP address.
var hostName = regexp.MustCompile(`^(?:[0-9A-Za-z_](?:[0-9A-Za-z_-]*[0-9A-Za-z])?(?:\.[0-9A-Za-z_](?:[0-9A-Za-z_-]*[0-9A-Za-z])?)*|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$`)

// plainURL matches a URL or a host that cannot be mistaken for a password and contains none.
var plainURL = regexp.MustCompile(`^(?:[A-Za-z]+://[0-9A-Za-z._-]*|[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+)(?::[0-9]*)?(?:/[0-9A-Za-z._/-]*)?$`)

// addUnusable reports a platform's object from which no System can be created. Like all errors
// about such an object, it points at no attribute, because the CLI would print the source, which
// may contain a password.
//
// setting is the URL in the block, which may come from the variable instead.
func addUnusable(diags *diag.Diagnostics, setting types.String, variable, url string, err error) {
	detail := tfvalue.Sentence(err)
	if plainURL.MatchString(url) {
		source := "`url`"
		if setting.IsNull() {
			source = variable
		}

		detail += fmt.Sprintf(" %s is %s.", source, pat.Quote(url))
	}

	diags.AddError("Could not configure the provider", detail)
}

// warnPlaintext warns about a URL with which credentials are sent over a network unencrypted.
func warnPlaintext(text string, diags *diag.Diagnostics) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" || u.Hostname() == "localhost" {
		return
	}

	if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsLoopback() {
		return
	}

	diags.AddWarning("The connection is not encrypted",
		"Credentials and new tokens are sent unencrypted. Use `https://`.")
}

// warnLeftOut warns about certificates that are not used.
func warnLeftOut(options rest.TLSOptions, diags *diag.Diagnostics) {
	if leftOut := options.LeftOut(); len(leftOut) > 0 {
		diags.AddWarning("A certificate was skipped", "The provider does not use:\n  - "+strings.Join(leftOut, "\n  - ")+
			"\n\nThe other certificates are used. Remove what is listed from the file to silence this warning.")
	}
}
