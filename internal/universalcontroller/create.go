package universalcontroller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// lookTime bounds the look at a new token: its secret is nowhere but in this process yet.
const lookTime = 5 * time.Second

// asSentence asks for what the changing calls answer with, and takes anything else, for a
// strict server must not refuse the request after the others would have carried it out.
const asSentence = "text/plain, application/json;q=0.5, */*;q=0.1"

var errNoSecret = errors.New("the answer is not a personal access token alone")

var (
	// secretForm is a secret as Universal Controller makes it, in characters that a Bearer
	// can have; its length is documented nowhere.
	secretForm = regexp.MustCompile(`^ucp_[0-9A-Za-z._~+/=-]+$`)

	// taken is how Universal Controller says, of any kind of object, that a name is in use.
	taken = regexp.MustCompile(`(?i)duplicate|\bunique\b|\bexists\b`)

	// lifetime is how it says that an expiration is missing or too far away.
	lifetime = regexp.MustCompile(`(?i)\bexpir`)
)

// newTokenRecord is the request for a token. The user is always addressed by its id.
type newTokenRecord struct {
	Expiration string `json:"expiration,omitempty"`
	Name       string `json:"name"`
	UserID     string `json:"userId"`
}

// Create issues a token. The answer holds the secret alone, so one look at the list fills
// in the creation time and the expiry; where it fails or takes more than five seconds, the
// creation time stays zero and the expiry is that which was asked for.
func (s *System) Create(ctx context.Context, userID string, token pat.NewToken) (pat.Issued, error) {
	request, err := createRequest(userID, token)
	if err != nil {
		return pat.Issued{}, err
	}

	answer, err := s.rest.Do(ctx, request)
	if err != nil {
		return pat.Issued{}, s.explainCreate(ctx, userID, token.Name, answer, err)
	}

	secret, ok := secretOf(answer)
	if !ok {
		return pat.Issued{}, s.rest.UnexpectedAnswer(request, answer, errNoSecret)
	}

	issued := pat.Issued{Secret: secret, Token: pat.Token{
		UserID: userID, ID: token.Name, Name: token.Name,
		Status: pat.StatusActive,
	}}
	if token.ExpiresAt.Set {
		issued.ExpiresAt = pat.ServerTime(token.ExpiresAt.V.UTC())
	}

	if seen, ok := s.look(ctx, issued.Key()); ok {
		issued.Token = seen
	}

	return issued, nil
}

// createRequest returns the request for a token, or what is wrong with it.
func createRequest(userID string, token pat.NewToken) (rest.Request, error) {
	if err := checkUserID(userID); err != nil {
		return rest.Request{}, err
	}

	if err := checkName(token.Name); err != nil {
		return rest.Request{}, err
	}

	record := newTokenRecord{Name: token.Name, UserID: userID}

	if token.ExpiresAt.Set {
		date, err := formatDate(token.ExpiresAt.V)
		if err != nil {
			return rest.Request{}, err
		}

		record.Expiration = date
	}

	body, err := json.Marshal(record)
	if err != nil {
		return rest.Request{}, fmt.Errorf("encoding the request for a token: %w", err)
	}

	return rest.Request{
		Method: http.MethodPost, Segments: tokenPath,
		Body: body, ContentType: "application/json", Accept: asSentence,
	}, nil
}

// secretOf returns the secret of an answer that holds nothing else, in quotation marks or
// not.
func secretOf(answer rest.Answer) (pat.Secret, bool) {
	switch answer.MediaType {
	case "text/plain", "application/json", "":
	default:
		return "", false
	}

	text := strings.TrimSpace(string(answer.Body))
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = strings.TrimSpace(text[1 : len(text)-1])
	}

	return pat.Secret(text), secretForm.MatchString(text)
}

// look finds the newest token of the name, within its time, if it can.
func (s *System) look(ctx context.Context, key pat.Key) (pat.Token, bool) {
	ctx, cancel := context.WithTimeout(ctx, s.lookTime)
	defer cancel()

	tokens, _, err := s.listTokens(ctx, key.UserID)
	if err != nil {
		return pat.Token{}, false
	}

	var (
		newest pat.Token
		found  bool
	)

	for _, token := range tokens {
		if token.Name == key.TokenID {
			newest, found = token, true
		}
	}

	return newest, found
}

// explainCreate tells the reasons for a refusal apart. Universal Controller says with a 404
// both that the user does not exist and, for most kinds of objects, that a name is taken.
func (s *System) explainCreate(ctx context.Context, userID, name string, answer rest.Answer, err error) error {
	var failure pat.Failure

	if missing, ok := errors.AsType[*pat.NotFoundError](err); ok {
		failure = missing.Failure
	} else if invalid, ok := errors.AsType[*pat.ValidationError](err); ok {
		failure = invalid.Failure
	} else {
		return err
	}

	_, said, _ := strings.Cut(failure.Said, ": ")
	// What the name itself says is no reason.
	words := strings.NewReplacer(`"`+name+`"`, "", "“"+name+"”", "").Replace(said)

	var field string

	switch {
	case deniesUser(answer):
		return s.userAbsent(ctx, userID, err)
	case taken.MatchString(words):
		field = "name"
		failure.Remedy = "A token has a name of its own among its user's: revoke the other one, use another name, or name_prefix."
	case lifetime.MatchString(words) && answer.Status != http.StatusNotFound:
		field = "expiration"
		failure.Remedy = "An administrator may limit the lifetime of tokens with the system property " +
			"\"Web Service Personal Access Token Maximum Expiration In Days\": set expires_in or expires_at within it."
	default:
		return err
	}

	return &pat.ValidationError{Failure: failure, Fields: map[string][]string{field: {said}}}
}
