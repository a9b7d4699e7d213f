package tokens

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/armor"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// ErrNoRecipient means that a set of recipients is empty, or that one of its elements is null.
var ErrNoRecipient = errors.New("it contains no recipient, or a null one: add a recipient, or remove the argument")

var (
	errUnknownKind = errors.New("it must start with `age1`, `ssh-ed25519` or `ssh-rsa`")
	errLines       = errors.New("it has several lines: write each recipient as a separate element")
	errUnreadable  = errors.New("it was cut or mistyped, or it requires an age plugin")
	// The error does not quote the key.
	errPrivateKey = errors.New("it is a private key: set the public key instead, and replace the key pair, because others may have seen the private key")
)

// CheckRecipient returns an error if no secret can be encrypted to the recipient. The error does not
// quote the text, which may be a private key.
func CheckRecipient(text string) error {
	recipient, _, err := parseRecipient(text)
	if err == nil {
		_, err = sealSecret("", []age.Recipient{recipient})
	}

	return err
}

// JoinRecipients joins recipients into one text that can be compared: their order and spelling do not
// matter. A recipient that cannot be parsed is kept as it is.
func JoinRecipients(texts []string) string {
	all := make([]string, 0, len(texts))

	for _, text := range texts {
		_, canonical, err := parseRecipient(text)
		if err != nil {
			canonical = text
		}

		all = append(all, canonical)
	}

	slices.Sort(all)

	return strings.Join(slices.Compact(all), "\n")
}

// Fingerprint returns the SHA-256 of a secret, in hexadecimal digits.
func Fingerprint(secret pat.Secret) string {
	sum := sha256.Sum256([]byte(secret.Reveal()))

	return hex.EncodeToString(sum[:])
}

// parseRecipient parses a recipient, and returns its canonical form without parts that do not matter,
// such as an SSH key's comment. A text that cannot be parsed may be a private key or a password, so
// no error quotes it, and the errors of the libraries, which quote their input, are replaced.
func parseRecipient(text string) (recipient age.Recipient, canonical string, err error) {
	text = strings.TrimSpace(text) // A file ends with a line break.
	fields := strings.Fields(text)

	switch {
	case pat.IsPrivateKey(text):
		return nil, "", errPrivateKey
	case strings.ContainsAny(text, "\r\n"):
		err = errLines
	case len(fields) == 1 && strings.HasPrefix(text, "age1"):
		recipient, err = age.ParseX25519Recipient(text)
		canonical = text
	case len(fields) > 1 && (fields[0] == "ssh-ed25519" || fields[0] == "ssh-rsa"):
		recipient, err = agessh.ParseRecipient(text)
		canonical = strings.Join(fields[:2], " ")
	default:
		err = errUnknownKind
	}

	switch {
	case err == nil:
		return recipient, canonical, nil
	case !errors.Is(err, errUnknownKind) && !errors.Is(err, errLines):
		err = errUnreadable
	}

	return nil, "", fmt.Errorf("a text of %d characters is not a valid recipient: %w",
		utf8.RuneCountInString(text), err)
}

// readRecipients parses the recipients that may read a secret. It encrypts an empty text to all of
// them, to be sure that this will work for the secret: once a token is issued, nothing may fail.
func readRecipients(joined string) ([]age.Recipient, error) {
	texts := strings.Split(joined, "\n")
	recipients := make([]age.Recipient, 0, len(texts))

	for _, text := range texts {
		recipient, _, err := parseRecipient(text)
		if err != nil {
			return nil, err
		}

		recipients = append(recipients, recipient)
	}

	if _, err := sealSecret("", recipients); err != nil {
		return nil, err
	}

	return recipients, nil
}

// sealSecret encrypts a secret and returns it in age's armored form.
func sealSecret(secret pat.Secret, recipients []age.Recipient) (string, error) {
	var sealed bytes.Buffer

	armored := armor.NewWriter(&sealed)

	plain, err := age.Encrypt(armored, recipients...)
	if err != nil {
		return "", fmt.Errorf("encrypt the token: %w", err)
	}

	_, err = plain.Write([]byte(secret.Reveal()))

	if err := errors.Join(err, plain.Close(), armored.Close()); err != nil {
		return "", fmt.Errorf("encrypt the token: %w", err)
	}

	return sealed.String(), nil
}
