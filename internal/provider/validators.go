package provider

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// textCheck is a validator made of a function that says what is wrong with a text.
type textCheck struct {
	summary     string
	description string
	check       func(string) error
}

var _ validator.String = textCheck{}

// duration accepts what lifecycle reads as a duration.
func duration() textCheck {
	return textCheck{
		summary:     "Invalid duration",
		description: "whole numbers with the units w, d, h, m (minutes) or s",
		check: func(text string) error {
			_, err := lifecycle.ParseDuration(text)

			return err
		},
	}
}

// overlap accepts what lifecycle reads as a duration, and none at all.
func overlap() textCheck {
	return textCheck{
		summary:     "Invalid duration",
		description: "whole numbers with the units w, d, h, m (minutes) or s",
		check: func(text string) error {
			_, err := lifecycle.ParseOverlap(text)

			return err
		},
	}
}

// plainText accepts what comes back from a server as it was sent.
func plainText(what string) textCheck {
	return textCheck{
		summary:     "Invalid " + what,
		description: "not blank, without outer blanks and control characters",
		check:       lifecycle.CheckText,
	}
}

// matches accepts what the expression matches as a whole.
func matches(what string, expression *regexp.Regexp, message string) textCheck {
	return textCheck{
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

// notBlank accepts what has more in it than blanks.
func notBlank(what string) textCheck {
	return textCheck{
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

// oneOf accepts one of the words.
func oneOf(words ...string) validator.String {
	list := make([]string, 0, len(words))
	for _, word := range words {
		list = append(list, strconv.Quote(word))
	}

	message := "must be one of: [" + strings.Join(list, " ") + "]"

	return textCheck{
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

// atMost accepts a text of this many characters, and of one at least.
func atMost(longest int) validator.String {
	message := fmt.Sprintf("must have between 1 and %d characters", longest)

	return textCheck{
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

func (v textCheck) Description(context.Context) string { return v.description }

func (v textCheck) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v textCheck) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	v.run(req.Path, req.ConfigValue, &resp.Diagnostics)
}

// run checks a value that is a text and set.
func (v textCheck) run(at path.Path, value attr.Value, diags *diag.Diagnostics) {
	text, ok := value.(types.String)
	if !ok || !isSet(text) {
		return
	}

	if err := v.check(text.ValueString()); err != nil {
		addTextError(diags, at, text.ValueString(), v.summary, sentence(err))
	}
}
