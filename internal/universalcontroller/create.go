package universalcontroller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// asSentence requests the format of the responses to writes, and accepts any other: otherwise a
// strict server could refuse to send the response after it has processed the request.
const asSentence = "text/plain, application/json;q=0.5, */*;q=0.1"

// secretLength is the length of the secrets in Universal Controller's documentation: "ucp_" and 40
// characters. The documentation does not say that all secrets have that length.
const secretLength = len("ucp_") + 40

var (
	errNoSecret  = errors.New("the response is not just a personal access token")
	errCutSecret = fmt.Errorf("the response has no length, and its token is shorter than %d characters: "+
		"the connection may have been lost before its end", secretLength)
)

var (
	// secretForm matches the secrets of Universal Controller, if all their characters are allowed in
	// a Bearer header.
	secretForm = regexp.MustCompile(`^ucp_[0-9A-Za-z._~+/=-]+$`)

	// takenWords matches how Universal Controller says, about any kind of object, that a name is in
	// use.
	takenWords = regexp.MustCompile(`(?i)duplicate|\bunique\b|\bexists\b`)

	// aboutExpiry matches every message about an expiration.
	aboutExpiry = regexp.MustCompile(`(?i)\bexpir`)

	// tooEarly matches how it may say that an expiration has passed. The messages are not documented.
	tooEarly = regexp.MustCompile(`(?i)\b(?:past|passed)\b|\bnot (?:be )?(?:before|earlier)\b|` +
		`\b(?:after|later than) (?:today|now|the current)\b|\bfuture date\b|\b(?:be|lie) in the future\b`)

	// tooLate matches how it may say that an expiration is missing or too far away.
	tooLate = regexp.MustCompile(`(?i)maxim|exceed|\blimit|\bmore than\b|\blonger than\b|\bat most\b|\bwithin\b|` +
		`\btoo (?:far|long|late)\b|\bnot (?:be )?(?:later|after|beyond)\b|\brequired\b|\bmandatory\b|\bmissing\b|` +
		`\bmust be (?:specified|set|given|before|earlier)\b`)
)

// newTokenRecord is the request for a token. The user is always addressed by id.
type newTokenRecord struct {
	Expiration string `json:"expiration,omitempty"`
	Name       string `json:"name"`
	UserID     string `json:"userId"`
}

// Create issues a token. The response contains only the secret, so one read of the list determines
// the creation time and the expiry. If that fails, takes more than five seconds or finds several
// tokens of the name, the creation time stays zero and the expiry is the requested one.
func (s *System) Create(ctx context.Context, userID string, token pat.NewToken) (pat.Issued, error) {
	request, err := createRequest(userID, token)
	if err != nil {
		return pat.Issued{}, err
	}

	unlock, err := s.lockUser(ctx, userID, oneWrite)
	if err != nil {
		return pat.Issued{}, s.notSent(request, err)
	}
	defer unlock()

	response, err := s.rest.Do(ctx, request)
	if err != nil {
		return pat.Issued{}, s.explainCreate(ctx, userID, token.Name, response, err)
	}

	secret, err := secretOf(response)
	if err != nil {
		return pat.Issued{}, s.rest.UnexpectedResponse(request, response, err)
	}

	issued := pat.Issued{Secret: secret, Asked: token.ExpiresAt, Token: pat.Token{
		UserID: userID, ID: token.Name, Name: token.Name,
		Status: pat.StatusActive,
	}}
	if token.ExpiresAt.Set {
		issued.ExpiresAt = pat.ServerTime(token.ExpiresAt.V.UTC())
	}

	if seen, ok := s.look(ctx, issued.Key()); ok {
		issued.Token = seen
	} else {
		s.unseen.Store(issued.Key(), nil)
	}

	return issued, nil
}

// createRequest returns the request for a token, or an error if the token is invalid.
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

// secretOf returns the secret of a response that contains nothing else, with or without quotation
// marks.
func secretOf(response rest.Response) (pat.Secret, error) {
	switch response.MediaType {
	case "text/plain", "application/json", "":
	default:
		return "", errNoSecret
	}

	text := strings.TrimSpace(string(response.Body))
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = strings.TrimSpace(text[1 : len(text)-1])
	}

	switch {
	case !secretForm.MatchString(text):
		return "", errNoSecret
	case !response.EndProven && len(text) < secretLength:
		return "", errCutSecret
	default:
		return pat.Secret(text), nil
	}
}

// look returns the token of the name, if it can find it within its time. If there are several, it
// returns none, because the newest may have been issued by another program.
func (s *System) look(ctx context.Context, key pat.Key) (pat.Token, bool) {
	ctx, cancel := context.WithTimeout(ctx, s.lookTime)
	defer cancel()

	list, err := s.writeListOf(key.UserID).read(ctx)
	if err != nil {
		return pat.Token{}, false
	}

	tokens := slices.DeleteFunc(list.tokens, func(token pat.Token) bool { return token.Name != key.TokenID })
	if len(tokens) != 1 {
		return pat.Token{}, false
	}

	return tokens[0], true
}

// explainCreate distinguishes the reasons for a refusal. Universal Controller responds with 404 both
// if the user does not exist and, for most kinds of objects, if a name is taken.
func (s *System) explainCreate(ctx context.Context, userID, name string, response rest.Response, err error) error {
	var failure pat.Failure

	if missing, ok := errors.AsType[*pat.NotFoundError](err); ok {
		failure = missing.Failure
	} else if invalid, ok := errors.AsType[*pat.ValidationError](err); ok {
		failure = invalid.Failure
	} else {
		return err
	}

	_, said, _ := strings.Cut(failure.Said, ": ")
	// A word in the name itself is not the reason.
	words := strings.NewReplacer(`"`+name+`"`, "", "“"+name+"”", "").Replace(said)

	var field string

	switch {
	case deniesUser(response):
		return s.userAbsent(ctx, userID, err)
	case takenWords.MatchString(words):
		field = "name"
		failure.Remedy = "Two tokens of a user cannot have the same name: revoke the other one, use another name, or name_prefix."
	case aboutExpiry.MatchString(words) && response.Status != http.StatusNotFound:
		field = "expiration"
		failure.Remedy = expiryRemedy(words)
	default:
		return err
	}

	return &pat.ValidationError{Failure: failure, Fields: map[string][]string{field: {said}}}
}

// expiryRemedy returns the advice for a refused expiration. If the message matches both reasons or
// neither, the reason is not known.
func expiryRemedy(words string) string {
	early, late := tooEarly.MatchString(words), tooLate.MatchString(words)

	switch {
	case early && !late:
		return "A token expires on a date in the server's time zone, where that date may have begun already, or be over: " +
			"set expires_in or expires_at two days from now or later."
	case late && !early:
		return "An administrator may limit the lifetime of tokens with the system property " +
			"\"Web Service Personal Access Token Maximum Expiration In Days\": set expires_in or expires_at within it."
	default:
		return "Set expires_in or expires_at to a date that the server accepts."
	}
}
