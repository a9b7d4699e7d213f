package foremanserver

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
)

// RecordedExchanges is how many exchanges the recordings contain.
const RecordedExchanges = 269

//go:embed testdata/recordings/*.json
var recordingFiles embed.FS

// Recording is one scenario that was recorded with a real Foreman; see testdata/README.md for the
// format.
type Recording struct {
	Scenario string `json:"scenario"`
	// Users must exist before the first step.
	Users []User `json:"users"`
	Steps []Step `json:"steps"`
}

// Step is one exchange of a recording.
type Step struct {
	Label    string           `json:"label"`
	Request  RecordedRequest  `json:"request"`
	Response RecordedResponse `json:"response"`
	// Capture maps variables that later steps use to keys of the response.
	Capture map[string]string `json:"capture"`
}

// RecordedRequest is the request of a step.
type RecordedRequest struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	// Auth is empty, the key of a user, or a key, a colon and another password.
	Auth        string            `json:"auth"`
	JSON        json.RawMessage   `json:"json"`
	Raw         *string           `json:"raw"`
	ContentType string            `json:"content_type"`
	Headers     map[string]string `json:"headers"`
	// KeepCookie and SendCookie name the session cookie that steps share.
	KeepCookie string `json:"keep_cookie"`
	SendCookie string `json:"send_cookie"`
}

// RecordedResponse is the response of the real server.
type RecordedResponse struct {
	Status            int             `json:"status"`
	ContentType       string          `json:"content_type"`
	HasVersionHeaders bool            `json:"has_version_headers"`
	JSON              json.RawMessage `json:"json"`
	Text              *string         `json:"text"`
	// HTML means that the response is a page with any content.
	HTML bool `json:"html"`
}

// Recordings returns all scenarios in the order of their names.
func Recordings() ([]Recording, error) {
	const folder = "testdata/recordings"
	files, err := recordingFiles.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("read the recordings: %w", err)
	}
	var out []Recording
	for _, file := range files {
		text, err := recordingFiles.ReadFile(path.Join(folder, file.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the recordings: %w", err)
		}
		var r Recording
		if err := json.Unmarshal(text, &r); err != nil {
			return nil, fmt.Errorf("read %s: %w", file.Name(), err)
		}
		out = append(out, r)
	}
	return out, nil
}
