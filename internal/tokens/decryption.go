package tokens

import (
	"errors"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/armor"
	"golang.org/x/crypto/ssh"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Argument is an argument of [Decrypt].
type Argument int

// The arguments of [Decrypt], in their order.
const (
	ArgumentEncrypted Argument = iota
	ArgumentIdentity
)

// maxSecret is the longest secret that is decrypted, in bytes. The secrets of both platforms have
// fewer than a hundred.
const maxSecret = 64 << 10

// None of these errors quotes an argument: one is a secret, and the other may be one that was passed
// by mistake.
var (
	errNotArmored       = errors.New("the value is not in age's armored form, which begins with -----BEGIN AGE ENCRYPTED FILE-----: pass the `encrypted_token` of a resource as it is")
	errDamaged          = errors.New("the value was cut or changed: pass the `encrypted_token` of a resource as it is")
	errTooLong          = errors.New("the value contains more than a token")
	errNoIdentity       = errors.New("the value is not a private key: pass an age identity, which begins with AGE-SECRET-KEY-1, or an SSH private key")
	errPublicKey        = errors.New("the value is a public key: pass the private key that belongs to it")
	errPassphrase       = errors.New("the SSH private key is encrypted with a passphrase: pass an unencrypted one")
	errUnsupportedKey   = errors.New("the SSH private key is neither of type ed25519 nor RSA, so age cannot use it")
	errDamagedKey       = errors.New("the private key was cut or mistyped")
	errAnotherRecipient = errors.New("the private key belongs to none of the recipients that the value was encrypted to: those of `encrypt_to` when the token was issued")
)

// Decrypt returns the decrypted secret. If it fails, it returns the argument that is wrong, and an
// error that quotes neither argument.
func Decrypt(encrypted string, identity pat.Secret) (pat.Secret, Argument, error) {
	identities, err := readIdentities(strings.TrimSpace(identity.Reveal()))
	if err != nil {
		return "", ArgumentIdentity, err
	}

	if !strings.HasPrefix(strings.TrimSpace(encrypted), armor.Header) {
		return "", ArgumentEncrypted, errNotArmored
	}

	plain, err := age.Decrypt(armor.NewReader(strings.NewReader(encrypted)), identities...)

	if _, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		return "", ArgumentIdentity, errAnotherRecipient
	}

	if err != nil {
		return "", ArgumentEncrypted, errDamaged
	}

	secret, err := io.ReadAll(io.LimitReader(plain, maxSecret+1))

	switch {
	case err != nil:
		return "", ArgumentEncrypted, errDamaged
	case len(secret) > maxSecret:
		return "", ArgumentEncrypted, errTooLong
	default:
		return pat.Secret(secret), 0, nil
	}
}

// readIdentities parses a private key, or a file that age-keygen wrote.
func readIdentities(text string) ([]age.Identity, error) {
	switch {
	case strings.HasPrefix(text, "age1"), strings.HasPrefix(text, "ssh-"):
		return nil, errPublicKey
	case strings.HasPrefix(text, "-----BEGIN "):
		return readSSHIdentity(text)
	case !strings.Contains(strings.ToUpper(text), "AGE-SECRET-KEY-"):
		return nil, errNoIdentity
	}

	identities, err := age.ParseIdentities(strings.NewReader(text))
	if err != nil {
		return nil, errDamagedKey
	}

	return identities, nil
}

func readSSHIdentity(text string) ([]age.Identity, error) {
	identity, err := agessh.ParseIdentity([]byte(text + "\n"))
	if err == nil {
		return []age.Identity{identity}, nil
	}

	if _, ok := errors.AsType[*ssh.PassphraseMissingError](err); ok {
		return nil, errPassphrase
	}

	if _, err := ssh.ParseRawPrivateKey([]byte(text + "\n")); err == nil {
		return nil, errUnsupportedKey
	}

	return nil, errDamagedKey
}
