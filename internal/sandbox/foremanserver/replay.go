package foremanserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// StepResult is the outcome of one recorded request.
type StepResult struct {
	Scenario string
	Label    string
	// Difference describes the first difference from the recording; empty when there is none.
	Difference string
}

var variableName = regexp.MustCompile(`\{\{([^{}]+)\}\}`)

// replayer is the state that the steps of a scenario share.
type replayer struct {
	url       string
	client    *http.Client
	users     map[string]User
	variables map[string]any
	cookies   map[string]*http.Cookie
}

// answered is a response whose body was read.
type answered struct {
	status int
	header http.Header
	body   []byte
}

// Replay sends the requests of a recording to the server at base over HTTP and compares the
// responses. The server must have the recording's users and the administrator [AdminLogin]. Replay
// returns an error only if a request cannot be sent or a user cannot be found; a different response
// is reported in its result.
func Replay(ctx context.Context, base string, r Recording) ([]StepResult, error) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	p := &replayer{
		url: base,
		client: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		users:     map[string]User{AdminLogin: {Login: AdminLogin, Password: AdminPassword}},
		variables: map[string]any{},
		cookies:   map[string]*http.Cookie{},
	}
	for _, u := range r.Users {
		p.users[u.Key] = u
		if err := p.findUser(ctx, u); err != nil {
			return nil, fmt.Errorf("scenario %s: user %s: %w", r.Scenario, u.Key, err)
		}
	}
	var results []StepResult
	for _, step := range r.Steps {
		answer, err := p.send(ctx, step.Request)
		if err != nil {
			return results, fmt.Errorf("scenario %s: %s: %w", r.Scenario, step.Label, err)
		}
		p.capture(step, answer)
		results = append(results, StepResult{
			Scenario: r.Scenario, Label: step.Label, Difference: p.difference(step.Response, answer),
		})
	}
	return results, nil
}

// Replay replays the recording against a new server that has the recording's users.
func (r Recording) Replay(ctx context.Context) (results []StepResult, err error) {
	server := New(Options{})
	for _, u := range r.Users {
		if _, err := server.AddUser(u); err != nil {
			return nil, fmt.Errorf("scenario %s: %w", r.Scenario, err)
		}
	}
	running, err := sandbox.Start(server, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, running.Close()) }()
	return Replay(ctx, running.URL(), r)
}

// findUser looks up a user's id. It searches for the login, because the server reads a numeric
// login in a path as an id.
func (p *replayer) findUser(ctx context.Context, u User) error {
	search := url.Values{"search": {"login=" + strconv.Quote(u.Login)}}
	answer, err := p.send(ctx, RecordedRequest{Method: http.MethodGet, Path: "/api/users?" + search.Encode(), Auth: AdminLogin})
	if err != nil {
		return err
	}
	var found struct {
		Results []struct {
			ID    json.Number `json:"id"`
			Login string      `json:"login"`
		} `json:"results"`
	}
	if err := json.Unmarshal(answer.body, &found); err != nil || len(found.Results) != 1 || found.Results[0].Login != u.Login {
		return fmt.Errorf("%q is not there: status %d", u.Login, answer.status)
	}
	p.variables[u.Key+".id"] = found.Results[0].ID
	p.variables[u.Key+".login"] = u.Login
	return nil
}

func (p *replayer) send(ctx context.Context, r RecordedRequest) (answered, error) {
	var body io.Reader
	switch {
	case r.JSON != nil:
		body = strings.NewReader(p.filled(string(r.JSON)))
	case r.Raw != nil:
		body = strings.NewReader(p.filled(*r.Raw))
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, p.url+p.filled(r.Path), body)
	if err != nil {
		return answered{}, err
	}
	if r.ContentType != "" {
		request.Header.Set("Content-Type", r.ContentType)
	}
	for name, value := range r.Headers {
		request.Header.Set(name, p.filled(value))
	}
	if r.Auth != "" {
		request.SetBasicAuth(p.credentials(r.Auth))
	}
	if cookie := p.cookies[r.SendCookie]; cookie != nil {
		request.AddCookie(cookie)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return answered{}, err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		return answered{}, err
	}
	for _, cookie := range response.Cookies() {
		if r.KeepCookie != "" && cookie.Name == sessionCookie {
			p.cookies[r.KeepCookie] = cookie
		}
	}
	return answered{status: response.StatusCode, header: response.Header, body: read}, nil
}

// credentials returns login and password for a step's auth. A key that belongs to no user is itself
// the login.
func (p *replayer) credentials(auth string) (login, password string) {
	key, other, hasOther := strings.Cut(auth, ":")
	login = key
	if u, ok := p.users[key]; ok {
		login, password = u.Login, u.Password
	}
	if hasOther {
		password = p.filled(other)
	}
	return login, password
}

func (p *replayer) capture(step Step, answer answered) {
	if len(step.Capture) == 0 {
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(answer.body))
	decoder.UseNumber()
	var have map[string]any
	if decoder.Decode(&have) != nil {
		// The comparison reports a response that is not JSON.
		return
	}
	for variable, key := range step.Capture {
		p.variables[variable] = have[key]
	}
}

// filled replaces the variables in a text; unknown ones stay.
func (p *replayer) filled(text string) string {
	return variableName.ReplaceAllStringFunc(text, func(name string) string {
		if v, ok := p.variables[name[2:len(name)-2]]; ok {
			return fmt.Sprint(v)
		}
		return name
	})
}
