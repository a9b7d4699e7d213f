package platform

import (
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// UserArguments returns the two arguments with which a construct names a user.
func UserArguments() (username, userID schema.StringAttribute) {
	username = schema.StringAttribute{
		Optional: true,
		Validators: []validator.String{
			tfvalue.PlainText("username"), stringvalidator.AtLeastOneOf(path.MatchRoot("user_id")),
		},
		MarkdownDescription: "The exact login of the user, such as `svc-deploy`. At least one of `username` and `user_id` is " +
			"required; if both are set, they must name the same user.",
	}
	userID = schema.StringAttribute{
		Optional:            true,
		Validators:          []validator.String{tfvalue.PlainText("user_id")},
		MarkdownDescription: "The user's ID: " + UserIDs() + ".",
	}

	return username, userID
}

// UserIDs describes the ids of users on each platform.
func UserIDs() string {
	return joinedBy(allPlatforms, "; ", func(p definition) string { return p.userID })
}

// TokenIDs describes the ids of tokens on each platform.
func TokenIDs() string {
	return joinedBy(allPlatforms, "; ", func(p definition) string { return p.tokenID })
}
