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

// ErrNoRecipient says that a set of recipients is empty, or that one of them is null.
var ErrNoRecipient = errors.New("there is no recipient in it, or one is null: name one at least, or leave the argument out")

var (
	errUnknownKind = errors.New("it begins with none of age1, ssh-ed25519 and ssh-rsa")
	errLines       = errors.New("it has several lines, and each recipient is an element of its own")
	errUnreadable  = errors.New("it was cut or mistyped, or is of a kind that needs a plugin")
	// It does not repeat the key.
	errPrivateKey = errors.New("this is a private key; give the public one, and replace the private one, which others may have seen by now")
)

// CheckRecipient refuses what no secret can be encrypted to. Its error does not repeat the text,
// which may be a private key.
func CheckRecipient(text string) error {
	recipient, _, err := parseRecipient(text)
	if err == nil {
		_, err = sealSecret("", []age.Recipient{recipient})
	}

	return err
}

// JoinRecipients returns recipients as one text to compare: their order and spelling do not count.
// What cannot be read is compared as it is.
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

// parseRecipient reads a recipient, and returns how it is written without what does not
// count, such as an SSH key's comment. What it cannot read may be anything, a private key or a
// password: no error repeats it, nor any error of the libraries, which quote what they read.
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

// readRecipients returns who may read a secret. That a secret can be encrypted to all of them
// together is tried out, for nothing may fail once there is a secret.
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

// sealSecret encrypts a secret, in armor.
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
