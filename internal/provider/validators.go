package provider

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// textCheck is a validator made of a function that says what is wrong with a text.
type textCheck struct {
	summary     string
	description string
	check       func(string) error
}

var _ validator.String = textCheck{}

// duration accepts what lifecycle reads as a duration.
func duration() validator.String {
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
func overlap() validator.String {
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
func plainText(what string) validator.String {
	return textCheck{
		summary:     "Invalid " + what,
		description: "not blank, without outer blanks and control characters",
		check:       lifecycle.CheckText,
	}
}

// matches accepts what the expression matches as a whole.
func matches(expression *regexp.Regexp, message string) validator.String {
	return stringvalidator.RegexMatches(expression, message)
}

func (v textCheck) Description(context.Context) string { return v.description }

func (v textCheck) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v textCheck) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}

	err := v.check(req.ConfigValue.ValueString())
	if err == nil {
		return
	}

	text := sentence(err)
	if len(req.Path.Steps()) > 1 { // Terraform shows nothing of a path inside an object.
		text = fmt.Sprintf("`%s`: %s", req.Path, text)
	}

	resp.Diagnostics.AddAttributeError(req.Path, v.summary, text)
}
