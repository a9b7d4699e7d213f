package rest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// pemBlock is one block of a PEM text, with its position.
type pemBlock struct {
	*pem.Block

	place string
}

const pemBegin = "-----BEGIN "

var (
	// pemText matches a block at the beginning of a text, wherever its lines break.
	pemText = regexp.MustCompile(`(?s)^(-----BEGIN [^\n]*?-----)(.*?)(-----END [^\n]*?-----)`)
	pemEnd  = regexp.MustCompile(`-----END [^\n]*?-----`)
	// pemIndent matches blanks around a line, which encoding/pem does not accept.
	pemIndent = regexp.MustCompile(`(?m)^[ \t]+|[ \t]+$`)
	pemType   = regexp.MustCompile(`^[0-9A-Z ]{1,40}$`)
)

// readPEM returns the blocks of a text as leniently as servers do: it accepts byte order marks,
// indentation, Windows line ends, text around the blocks and a missing line break between two of
// them. A block that cannot be decoded is an error, because encoding/pem skips it silently.
func readPEM(text string) ([]pemBlock, error) {
	text = strings.NewReplacer("\uFEFF", "", "\r\n", "\n", "\r", "\n").Replace(text)

	var blocks []pemBlock

	for offset := 0; ; {
		begin := strings.Index(text[offset:], pemBegin)
		if begin < 0 {
			break
		}

		begin += offset
		offset = len(text)

		if next := strings.Index(text[begin+len(pemBegin):], pemBegin); next >= 0 {
			offset = begin + len(pemBegin) + next
		}

		place := fmt.Sprintf("block %d (line %d)", len(blocks)+1, 1+strings.Count(text[:begin], "\n"))

		parts := pemText.FindStringSubmatch(text[begin:offset])
		if parts == nil {
			return nil, fmt.Errorf("%s has no END line", place)
		}

		body := pemIndent.ReplaceAllString(strings.TrimSpace(parts[2]), "")

		block, _ := pem.Decode([]byte(parts[1] + "\n" + body + "\n" + parts[3] + "\n"))
		if block == nil {
			return nil, fmt.Errorf("%s is damaged", place)
		}

		blocks = append(blocks, pemBlock{Block: block, place: place})
	}

	if ends := len(pemEnd.FindAllString(text, -1)); ends > len(blocks) {
		return nil, fmt.Errorf("there are %d END lines for %d blocks that begin: a BEGIN line is missing", ends, len(blocks))
	}

	return blocks, nil
}

// readCertificates returns the certificates of a PEM text, and describes the other blocks. Bundles
// may contain certificates that crypto/x509 refuses; one of them must not prevent the others from
// being used.
func readCertificates(text string) (certificates []*x509.Certificate, leftOut []string, err error) {
	blocks, err := readPEM(text)
	if err != nil {
		return nil, nil, err
	}

	for _, block := range blocks {
		certificate, err := x509.ParseCertificate(block.Bytes)

		switch {
		case block.Type == "CERTIFICATE" && err == nil:
			certificates = append(certificates, certificate)
		case block.Type == "CERTIFICATE":
			leftOut = append(leftOut, fmt.Sprintf("%s: %v", block.place, err))
		case pemType.MatchString(block.Type):
			leftOut = append(leftOut, fmt.Sprintf("%s is a %s, not a CERTIFICATE", block.place, block.Type))
		default:
			leftOut = append(leftOut, block.place+" is not a CERTIFICATE")
		}
	}

	switch {
	case len(blocks) == 0:
		err = errors.New("it contains no PEM block; it must be the text of a file, not its path")
	case len(certificates) == 0:
		err = fmt.Errorf("it contains no certificate that can be used: %s", strings.Join(leftOut, "; "))
	}

	return certificates, leftOut, err
}

// keyPair parses a client certificate with its chain, and its key.
func keyPair(certificate, key string) (tls.Certificate, error) {
	chain, leftOut, err := readCertificates(certificate)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("the client certificate: %w", err)
	}

	keys, err := readPEM(key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("the client key: %w", err)
	}

	var chainPEM, keyPEM []byte

	for _, c := range chain {
		chainPEM = append(chainPEM, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}

	for _, block := range keys {
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return tls.Certificate{}, errors.New("the client key is encrypted: decrypt it first, with `openssl pkey -in client.key`, " +
				"and pass the result from a secret store")
		}

		keyPEM = append(keyPEM, pem.EncodeToMemory(block.Block)...)
	}

	pair, err := tls.X509KeyPair(chainPEM, keyPEM)

	switch {
	case err != nil && len(leftOut) > 0:
		err = fmt.Errorf("the client certificate and its key: %w; left out: %s", err, strings.Join(leftOut, "; "))
	case err != nil:
		err = fmt.Errorf("the client certificate and its key: %w", err)
	}

	return pair, err
}
