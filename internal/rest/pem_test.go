package rest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/authority"
)

// negativeSerial returns a certificate that bundles in use contain and that crypto/x509 refuses.
func negativeSerial(t *testing.T, certificate string) string {
	t.Helper()

	block, _ := pem.Decode([]byte(certificate))
	version := []byte{2, 1, 2}

	der := bytes.Replace(block.Bytes, slices.Concat(version, []byte{2, 1, 1}), slices.Concat(version, []byte{2, 1, 0xff}), 1)
	if bytes.Equal(der, block.Bytes) {
		t.Fatal("the serial number was not found")
	}

	return authority.CertificatePEM(der)
}

// spellings are forms of PEM blocks in files, all of which servers accept.
var spellings = map[string]func(pem string) string{
	"unchanged":               func(pem string) string { return pem },
	"a byte order mark":       func(pem string) string { return "\ufeff" + pem },
	"joined byte order marks": func(pem string) string { return strings.ReplaceAll(pem, "-----BEGIN", "\ufeff-----BEGIN") },
	"Windows line ends":       func(pem string) string { return strings.ReplaceAll(pem, "\n", "\r\n") },
	"old Macintosh line ends": func(pem string) string { return strings.ReplaceAll(pem, "\n", "\r") },
	"indented":                func(pem string) string { return "  " + strings.ReplaceAll(pem, "\n", "\n  ") },
	"indented with tabs":      func(pem string) string { return "\t" + strings.ReplaceAll(pem, "\n", "\t\n\t") },
	"no final line break":     func(pem string) string { return strings.TrimSpace(pem) },
	"joined without a break":  func(pem string) string { return strings.ReplaceAll(pem, "-----\n-----", "----------") },
	"one line":                func(pem string) string { return strings.ReplaceAll(pem, "\n", " ") },
	"text before each block": func(pem string) string {
		return strings.ReplaceAll(pem, "-----BEGIN", "# CN=x\nSerial: 1\n\n-----BEGIN")
	},
	"text after the last block": func(pem string) string { return pem + "\n# the end\n" },
	"blank lines in the block":  func(pem string) string { return strings.ReplaceAll(pem, "\n", "\n\n") },
}

func TestCertificatesInEverySpelling(t *testing.T) {
	t.Parallel()

	s, ca := newTLSSite(t, &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert})
	certificate, key := newIdentity(t)
	bundle := certificate + ca

	for name, spell := range spellings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			options := TLSOptions{
				CACertificate: spell(bundle), ClientCertificate: spell(certificate + ca), ClientKey: pat.Secret(spell(key.Reveal())),
			}
			c := newTestClient(t, s.URL, func(o *Options) { o.TLS = options })

			if _, err := c.Do(t.Context(), get); err != nil {
				t.Error(err)
			}

			if got := options.LeftOut(); len(got) > 0 {
				t.Errorf("left out: %q", got)
			}
		})
	}
}

func TestReadCertificates(t *testing.T) {
	t.Parallel()

	root, key := newIdentity(t)
	negative := negativeSerial(t, root)
	damaged := strings.Replace(root, "M", "#", 3)
	second := fmt.Sprintf("block 2 (line %d)", strings.Count(root, "\n")+1)
	foreign := func(kind string) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte("x")}))
	}

	for name, test := range map[string]struct {
		text    string
		want    int
		leftOut []string
		err     string
	}{
		"one":                         {root, 1, nil, ""},
		"one of 140 is negative":      {root + negative + strings.Repeat(root, 138), 139, []string{second + ": x509: negative serial number"}, ""},
		"negative and first":          {negative + root, 1, []string{"block 1 (line 1): x509: negative serial number"}, ""},
		"all are negative":            {negative, 0, nil, "no certificate that can be used: block 1 (line 1): x509: negative serial number"},
		"a key after the certificate": {root + key.Reveal(), 1, []string{second + " is a PRIVATE KEY, not a CERTIFICATE"}, ""},
		"a revocation list":           {foreign("X509 CRL") + root, 1, []string{"block 1 (line 1) is a X509 CRL, not a CERTIFICATE"}, ""},
		"a trusted certificate":       {foreign("TRUSTED CERTIFICATE") + root, 1, []string{"block 1 (line 1) is a TRUSTED CERTIFICATE, not a CERTIFICATE"}, ""},
		"an unknown type":             {foreign("hunter2") + root, 1, []string{"block 1 (line 1) is not a CERTIFICATE"}, ""},
		"only a key":                  {key.Reveal(), 0, nil, "no certificate that can be used: block 1 (line 1) is a PRIVATE KEY"},
		"a path":                      {"/etc/ca.pem", 0, nil, "it must be the text of a file, not its path"},
		"a damaged one":               {root + damaged + root, 0, nil, second + " is damaged"},
		"a cut one":                   {root + root[:len(root)/2], 0, nil, second + " has no END line"},
		"a cut one in between":        {root[:len(root)/2] + root, 0, nil, "block 1 (line 1) has no END line"},
		"a cut beginning":             {root[len(root)/2:] + root, 0, nil, "there are 2 END lines for 1 blocks"},
		"an END line too many":        {root + "-----END CERTIFICATE-----\n", 0, nil, "there are 2 END lines for 1 blocks"},
		"two types":                   {strings.Replace(root, "BEGIN CERT", "BEGIN X509 CERT", 1), 0, nil, "block 1 (line 1) is damaged"},
		"a BEGIN line that is cut": {
			strings.Replace(root, "CERTIFICATE-----", "CERTIFICATE----", 1), 0, nil, "block 1 (line 1) has no END line",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, leftOut, err := readCertificates(test.text)
			if test.err == "" && (err != nil || len(got) != test.want || !cmp.Equal(leftOut, test.leftOut)) {
				t.Errorf("%d certificates, left out %q, error %v", len(got), leftOut, err)
			}

			if test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("the error is %v, want %q", err, test.err)
			}
		})
	}
}

func TestClientKeysThatAreRefused(t *testing.T) {
	t.Parallel()

	certificate, key := newIdentity(t)
	other, _ := newIdentity(t)
	block, _ := pem.Decode([]byte(key.Reveal()))

	legacy, err := x509.EncryptPEMBlock(strings.NewReader(strings.Repeat("salt", 8)), "EC PRIVATE KEY", block.Bytes, []byte("secret"), x509.PEMCipherAES256) //nolint:staticcheck // Old keys have this form.
	if err != nil {
		t.Fatal(err)
	}

	encrypted := string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")}))

	for name, test := range map[string]struct{ certificate, key, want string }{
		"encrypted":                            {certificate, encrypted, "the client key is encrypted: decrypt it first"},
		"encrypted, indented":                  {certificate, spellings["indented"](encrypted), "the client key is encrypted: decrypt it first"},
		"encrypted in the old form":            {certificate, string(pem.EncodeToMemory(legacy)), "the client key is encrypted: decrypt it first"},
		"encrypted in the old form, CRLF":      {certificate, spellings["Windows line ends"](string(pem.EncodeToMemory(legacy))), "the client key is encrypted: decrypt it first"},
		"a key that is cut":                    {certificate, key.Reveal()[:100], "the client key: block 1 (line 1) has no END line"},
		"another certificate's":                {other, key.Reveal(), "private key does not match public key"},
		"after a certificate that is left out": {negativeSerial(t, certificate) + other, key.Reveal(), "left out: block 1 (line 1): x509: negative serial number"},
		"no key":                               {certificate, "client.key", "failed to find any PEM data in key input"},
		"a path instead of a certificate":      {"client.pem", key.Reveal(), "the client certificate: it contains no PEM block"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := New(Options{BaseURL: "https://h.example.com", TLS: TLSOptions{
				ClientCertificate: test.certificate, ClientKey: pat.Secret(test.key),
			}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want %q", err, test.want)
			}
		})
	}
}

func TestTheRestOfABundleIsUsed(t *testing.T) {
	t.Parallel()

	s, ca := newTLSSite(t, &tls.Config{MinVersion: tls.VersionTLS12})
	other, _ := newIdentity(t)
	options := TLSOptions{CACertificate: negativeSerial(t, other) + ca}

	c := newTestClient(t, s.URL, func(o *Options) { o.TLS = options })
	if _, err := c.Do(t.Context(), get); err != nil {
		t.Error(err)
	}

	want := []string{"the CA certificates, block 1 (line 1): x509: negative serial number"}
	if diff := cmp.Diff(want, options.LeftOut()); diff != "" {
		t.Error(diff)
	}
}
