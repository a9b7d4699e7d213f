package tfvalue

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// TextCheck is a validator that calls a function, which returns what is wrong with a text.
type TextCheck struct {
	summary     string
	description string
	check       func(string) error
}

var _ validator.String = TextCheck{}

// Duration accepts the durations that lifecycle can parse.
func Duration() TextCheck {
	return TextCheck{
		summary:     "Invalid duration",
		description: "whole numbers with the units w, d, h, m (minutes) or s",
		check: func(text string) error {
			_, err := lifecycle.ParseDuration(text)

			return err
		},
	}
}

// ReadDuration returns a duration in the form that the packages below the provider use, and reports
// an invalid one.
func ReadDuration(text types.String, at path.Path, diags *diag.Diagnostics) pat.Option[time.Duration] {
	if !IsSet(text) {
		return pat.Option[time.Duration]{}
	}

	d, err := lifecycle.ParseDuration(text.ValueString())
	if err != nil {
		AddTextError(diags, at, text.ValueString(), Duration().summary, Sentence(err))
	}

	return pat.Some(d)
}

// Overlap accepts the durations that lifecycle can parse, including zero.
func Overlap() TextCheck {
	return TextCheck{
		summary:     "Invalid duration",
		description: "whole numbers with the units w, d, h, m (minutes) or s",
		check: func(text string) error {
			_, err := lifecycle.ParseOverlap(text)

			return err
		},
	}
}

// PlainText accepts a text that a server returns unchanged.
func PlainText(what string) TextCheck {
	return TextCheck{
		summary:     "Invalid " + what,
		description: "not blank, without outer blanks and control characters",
		check:       lifecycle.CheckText,
	}
}

// PlainTextOrEmpty accepts the same texts as PlainText, and the empty text.
func PlainTextOrEmpty() TextCheck {
	return TextCheck{
		summary:     "Invalid property value",
		description: "empty, or not blank, without outer blanks and control characters",
		check: func(text string) error {
			if text == "" {
				return nil
			}

			return lifecycle.CheckText(text)
		},
	}
}

// Matches accepts a text that the whole expression matches.
func Matches(what string, expression *regexp.Regexp, message string) TextCheck {
	return TextCheck{
		summary:     "Invalid " + what,
		description: message,
		check: func(text string) error {
			if expression.MatchString(text) {
				return nil
			}

			return fmt.Errorf("%s %s", pat.Quote(text), message)
		},
	}
}

// NotBlank accepts a text that does not consist of blanks.
func NotBlank(what string) TextCheck {
	return TextCheck{
		summary:     "Invalid " + what,
		description: "not blank",
		check: func(text string) error {
			if strings.TrimSpace(text) == "" {
				return fmt.Errorf("%q is blank: leave it out, or give it a value", text)
			}

			return nil
		},
	}
}

// OneOf accepts one of the words.
func OneOf(words ...string) validator.String {
	list := make([]string, 0, len(words))
	for _, word := range words {
		list = append(list, strconv.Quote(word))
	}

	message := "must be one of: [" + strings.Join(list, " ") + "]"

	return TextCheck{
		summary:     "Invalid Attribute Value Match",
		description: "value " + message,
		check: func(text string) error {
			if slices.Contains(words, text) {
				return nil
			}

			return fmt.Errorf("the value %s, got: %s", message, pat.Quote(text))
		},
	}
}

// AtMost accepts a text of 1 to longest characters.
func AtMost(longest int) validator.String {
	message := fmt.Sprintf("must have between 1 and %d characters", longest)

	return TextCheck{
		summary:     "Invalid Attribute Value Length",
		description: "value " + message,
		check: func(text string) error {
			if length := utf8.RuneCountInString(text); length < 1 || length > longest {
				return fmt.Errorf("the value %s, got: %s", message, pat.Quote(text))
			}

			return nil
		},
	}
}

// Description returns what is accepted.
func (v TextCheck) Description(context.Context) string { return v.description }

// MarkdownDescription is Description.
func (v TextCheck) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString checks the value of an attribute.
func (v TextCheck) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	v.Run(req.Path, req.ConfigValue, &resp.Diagnostics)
}

// Run checks a value if it is a text that is set.
func (v TextCheck) Run(at path.Path, value attr.Value, diags *diag.Diagnostics) {
	text, ok := value.(types.String)
	if !ok || !IsSet(text) {
		return
	}

	if err := v.check(text.ValueString()); err != nil {
		AddTextError(diags, at, text.ValueString(), v.summary, Sentence(err))
	}
}
