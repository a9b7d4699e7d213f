package sandbox

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// FaultSyntax describes what [ParseFault] reads, for the help text of a command.
const FaultSyntax = "KEY=VALUE,...: kind (drop, answer, truncate, drip, endless, redirect, hang), " +
	"method, path (a regular expression without commas), nth, count (a number or always), after=work, " +
	"status, type (json, text, html or a content type), body, retry-after, location, pause"

// contentTypes maps the short names that a fault's text form allows to content types.
var contentTypes = map[string]string{
	"json": "application/json; charset=utf-8",
	"text": "text/plain; charset=utf-8",
	"html": "text/html; charset=utf-8",
}

// ParseFault reads a fault such as "method=POST,path=/tokens$,kind=drop,after=work" or
// "nth=2,count=always,status=503,type=html,retry-after=1"; see [FaultSyntax]. A status without a
// kind means FaultAnswer; one of the two is required.
func ParseFault(spec string) (Fault, error) {
	var f Fault
	kind := ""
	for part := range strings.SplitSeq(spec, ",") {
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			return Fault{}, fmt.Errorf("fault %q: %q is not KEY=VALUE", spec, part)
		}
		if key == "kind" {
			kind = value
			continue
		}
		if err := set(&f, key, value); err != nil {
			return Fault{}, fmt.Errorf("fault %q: %s: %w", spec, key, err)
		}
	}
	if kind == "" && f.Status != 0 {
		kind = FaultAnswer.String()
	}
	for k := FaultDrop; k <= FaultHang; k++ {
		if k.String() == kind {
			f.Kind = k
			return f, nil
		}
	}
	return Fault{}, fmt.Errorf("fault %q: unknown kind %q", spec, kind)
}

// set assigns value to the field of f that key names.
func set(f *Fault, key, value string) (err error) {
	switch key {
	case "method":
		f.Method = strings.ToUpper(value)
	case "path":
		f.Path, err = regexp.Compile(value)
	case "nth":
		f.Nth, err = strconv.Atoi(value)
	case "count":
		if value == "always" {
			f.Count = Always
			return nil
		}
		f.Count, err = strconv.Atoi(value)
	case "after":
		if value != "work" {
			return fmt.Errorf("want work, have %q", value)
		}
		f.AfterWork = true
	case "status":
		f.Status, err = strconv.Atoi(value)
		if err == nil && (f.Status < 200 || f.Status > 599) {
			return fmt.Errorf("%d is not between 200 and 599", f.Status)
		}
	case "type":
		f.ContentType = value
		if long, ok := contentTypes[value]; ok {
			f.ContentType = long
		}
	case "body":
		f.Body = value
	case "retry-after":
		f.RetryAfter = value
	case "location":
		f.Location = value
	case "pause":
		f.Pause, err = time.ParseDuration(value)
	default:
		return errors.New("unknown key")
	}
	return err
}
