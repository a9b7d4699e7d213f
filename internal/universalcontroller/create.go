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

// asSentence asks for what the changing calls answer with, and takes anything else, for a
// strict server must not refuse the request after the others would have carried it out.
const asSentence = "text/plain, application/json;q=0.5, */*;q=0.1"

// secretLength is the length of the secrets in Universal Controller's documentation, "ucp_"
// and 40 characters. No rule there says that others are as long.
const secretLength = len("ucp_") + 40

var (
	errNoSecret  = errors.New("the response is not just a personal access token")
	errCutSecret = fmt.Errorf("the response has no length, and its token is shorter than %d characters: "+
		"the connection may have been lost before its end", secretLength)
)

var (
	// secretForm is a secret as Universal Controller makes it, in characters that a Bearer
	// can have.
	secretForm = regexp.MustCompile(`^ucp_[0-9A-Za-z._~+/=-]+$`)

	// taken is how Universal Controller says, of any kind of object, that a name is in use.
	takenWords = regexp.MustCompile(`(?i)duplicate|\bunique\b|\bexists\b`)

	// aboutExpiry is in whatever it says of an expiration.
	aboutExpiry = regexp.MustCompile(`(?i)\bexpir`)

	// tooEarly is how it may say that an expiration is over. Its words are documented nowhere.
	tooEarly = regexp.MustCompile(`(?i)\b(?:past|passed)\b|\bnot (?:be )?(?:before|earlier)\b|` +
		`\b(?:after|later than) (?:today|now|the current)\b|\bfuture date\b|\b(?:be|lie) in the future\b`)

	// tooLate is how it may say that an expiration is missing or too far away.
	tooLate = regexp.MustCompile(`(?i)maxim|exceed|\blimit|\bmore than\b|\blonger than\b|\bat most\b|\bwithin\b|` +
		`\btoo (?:far|long|late)\b|\bnot (?:be )?(?:later|after|beyond)\b|\brequired\b|\bmandatory\b|\bmissing\b|` +
		`\bmust be (?:specified|set|given|before|earlier)\b`)
)

// newTokenRecord is the request for a token. The user is always addressed by its id.
type newTokenRecord struct {
	Expiration string `json:"expiration,omitempty"`
	Name       string `json:"name"`
	UserID     string `json:"userId"`
}

// Create issues a token. The answer holds the secret alone, so one look at the list fills
// in the creation time and the expiry. Where it fails, takes more than five seconds or finds
// several tokens of the name, the creation time stays zero and the expiry is that which was
// asked for.
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

	answer, err := s.rest.Do(ctx, request)
	if err != nil {
		return pat.Issued{}, s.explainCreate(ctx, userID, token.Name, answer, err)
	}

	secret, err := secretOf(answer)
	if err != nil {
		return pat.Issued{}, s.rest.UnexpectedAnswer(request, answer, err)
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
func secretOf(answer rest.Answer) (pat.Secret, error) {
	switch answer.MediaType {
	case "text/plain", "application/json", "":
	default:
		return "", errNoSecret
	}

	text := strings.TrimSpace(string(answer.Body))
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = strings.TrimSpace(text[1 : len(text)-1])
	}

	switch {
	case !secretForm.MatchString(text):
		return "", errNoSecret
	case !answer.EndProven && len(text) < secretLength:
		return "", errCutSecret
	default:
		return pat.Secret(text), nil
	}
}

// look finds the token of the name, within its time, if it can. Of several it takes none,
// for the newest may be another's.
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
	case takenWords.MatchString(words):
		field = "name"
		failure.Remedy = "A token has a name of its own among its user's: revoke the other one, use another name, or name_prefix."
	case aboutExpiry.MatchString(words) && answer.Status != http.StatusNotFound:
		field = "expiration"
		failure.Remedy = expiryRemedy(words)
	default:
		return err
	}

	return &pat.ValidationError{Failure: failure, Fields: map[string][]string{field: {said}}}
}

// expiryRemedy is the advice to a refused expiration. Words that fit two reasons, or none,
// tell no reason.
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
