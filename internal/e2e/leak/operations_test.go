package leak

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// leakStage is a command that runs on the whole configuration.
type leakStage struct {
	name string
	// attack matches the methods of the requests that get hostile responses; empty for none.
	attack string
	// fails says that the command must fail; otherwise it must succeed.
	fails bool
	// command is the CLI command with its arguments.
	command []string
	// before changes something outside Terraform.
	before func(t *testing.T, s *leakScene)
	// ticket is the value of the rotation's trigger; 0 means that there is no token yet.
	ticket int
	// imports, reads, lists and acts say that imports, data sources, list resources and actions are in
	// the configuration. The last two need a newer CLI, see [leakScene.knows]; leakCalls tests them
	// whatever the CLI.
	imports, reads, lists, acts bool
}

// leakStages lists the commands in order: each operation fails in every way, then succeeds.
var leakStages = []leakStage{
	{name: "reads that fail", attack: "GET", fails: true, command: leakApply, reads: true},
	{name: "creates that fail", attack: "POST|PUT|DELETE", fails: true, command: leakApply, ticket: 1},
	{name: "creates and reads", command: leakApply, ticket: 1, reads: true},
	{name: "lists that fail", attack: "GET", fails: true, command: leakQuery, ticket: 1, lists: true},
	{name: "listing", command: leakQuery, ticket: 1, lists: true},
	{name: "actions that fail", attack: "DELETE", fails: true, command: leakAct, ticket: 1, acts: true, before: addSpares},
	{name: "acting", command: leakAct, ticket: 1, acts: true},
	{name: "refreshes and imports that fail", attack: "GET", fails: true, command: leakApply, ticket: 1, imports: true},
	{name: "rotations that fail", attack: "POST|PUT", fails: true, command: leakApply, ticket: 2},
	{name: "plans of rotations and imports", command: []string{"plan", "-out=" + providertest.SavedPlan}, ticket: 2, imports: true},
	{name: "rotations and imports", command: []string{"apply", providertest.SavedPlan}, ticket: 2, imports: true},
	{name: "revocations of predecessors that fail", attack: "DELETE", command: leakApply, ticket: 2, imports: true, before: endOverlaps},
	{name: "retiring", command: leakApply, ticket: 2, imports: true},
	{name: "reissues that fail", attack: "POST", fails: true, command: leakApply, ticket: 2, imports: true, before: revokeBehind},
	{name: "reissuing", command: leakApply, ticket: 2, imports: true},
	{name: "replacements that fail", attack: "POST|PUT|DELETE", fails: true, command: leakReplace, ticket: 2, imports: true},
	{name: "replacing", command: leakReplace, ticket: 2, imports: true},
	{name: "showing", command: []string{"show"}, ticket: 2, imports: true},
	{name: "destroys that fail", attack: "DELETE", fails: true, command: leakDestroy, ticket: 2, imports: true},
	{name: "destroying", command: leakDestroy, ticket: 2, imports: true},
}

var (
	leakApply   = []string{"apply", "-auto-approve"}
	leakDestroy = []string{"apply", "-auto-approve", "-destroy"}
	leakQuery   = []string{"query"}
	// The CLI requires one argument per resource for leakReplace, and one per action for leakAct, which
	// is run once for each action.
	leakReplace = []string{"apply", "-auto-approve", "-replace"}
	leakAct     = []string{"apply", "-auto-approve", "-invoke"}
)

// leakRecipient is a recipient whose private key was discarded.
const leakRecipient = "age1r90w9y0gfen862phh4t238qwyqaq8lu8x6elgep9qvp0k4t5tq5q2tqtrp"

// leakConstruct returns the block of a construct for a user at a stage; empty if the configuration does
// not contain it at that stage.
type leakConstruct func(at leakStage, p *leakProvider, user providertest.Account) string

// leakConstructs lists all constructs of the provider; a new construct needs a row here.
var leakConstructs = []leakConstruct{
	func(at leakStage, p *leakProvider, user providertest.Account) string {
		if at.ticket == 0 {
			return ""
		}

		return p.construct(user, "resource", "personal_access_token", "made", fmt.Sprintf("user_id = %q\nname_prefix = \"made-\"\n"+
			"expires_in = \"90d\"\nrotation = {\ntriggers = { ticket = %d }\noverlap = \"1m\"\n}", user.ID, at.ticket))
	},
	func(at leakStage, p *leakProvider, user providertest.Account) string {
		if at.ticket == 0 || user != p.users[0] {
			return ""
		}

		return p.construct(user, "resource", "personal_access_token", "sealed", fmt.Sprintf("user_id = %q\nname_prefix = \"sealed-\"\n"+
			"expires_in = \"90d\"\nencrypt_to = [%q]\nrotation = {\ntriggers = { ticket = %d }\noverlap = \"1m\"\n}", user.ID, leakRecipient, at.ticket))
	},
	func(at leakStage, p *leakProvider, user providertest.Account) string {
		if !at.imports {
			return ""
		}

		return p.construct(user, "resource", "personal_access_token", "met",
			fmt.Sprintf("user_id = %q\nname = \"met\"\nreissue_when_invalid = false", user.ID)) +
			fmt.Sprintf("import {\nto = %s.met-%s\nid = %q\n}\n", providertest.TokenType, user.Login, user.Login+"/name=met")
	},
	func(at leakStage, p *leakProvider, user providertest.Account) string {
		if at.ticket == 0 || !p.modifies {
			return ""
		}

		return p.construct(user, "resource", "universal_controller_user", "changed",
			fmt.Sprintf("user_id = %q\ntitle = \"Ticket %d\"\nlocked_out = false", user.ID, at.ticket))
	},
	func(at leakStage, p *leakProvider, user providertest.Account) string {
		if !at.reads || !p.reads(user) {
			return ""
		}

		return p.construct(user, "ephemeral", "personal_access_token", "lent",
			fmt.Sprintf("user_id = %q\nname_prefix = \"lent-\"", user.ID))
	},
	func(at leakStage, p *leakProvider, user providertest.Account) string {
		if !at.lists {
			return ""
		}

		return p.construct(user, "list", "personal_access_token", "all", fmt.Sprintf("include_resource = true\nconfig {\nusername = %q\n}", user.Login))
	},
	func(at leakStage, p *leakProvider, user providertest.Account) string {
		if !at.acts || user != p.users[0] {
			return ""
		}

		return p.construct(user, "action", "revoke_personal_access_tokens", "spare",
			fmt.Sprintf("config {\nuser_id = %q\nname_prefix = \"spare-\"\ninclude_own_user = true\n}", user.ID))
	},
	leakData("personal_access_token", "user_id = %[1]q\nname = \"met\""),
	leakData("personal_access_tokens", "username = %[2]q"),
	leakData("user", "user_id = %[1]q\nshow_tokens = true"),
	leakData("user", "username = %[2]q"),
	leakData("users", "user_id = %[1]q\nshow_tokens = true"),
	leakData("users", "# of %[1]s and all others"),
	leakData("current_user", "# %[1]s or not"),
}

// leakData returns a data source with the arguments, in which the user's id and login can be inserted.
func leakData(kind, arguments string) leakConstruct {
	return func(at leakStage, p *leakProvider, user providertest.Account) string {
		if !at.reads || !p.reads(user) {
			return ""
		}

		return p.construct(user, "data", kind, "read"+strconv.Itoa(len(arguments)), fmt.Sprintf(arguments+"\n# %[2]s", user.ID, user.Login))
	}
}

// leakProvider is a provider of a configuration, which logs in with one credential.
type leakProvider struct {
	slug  string
	users []providertest.Account
	// modifies says that the platform supports modifying users.
	modifies bool
	// credential is the arguments of the platform's object for logging in. Secrets in it are variables.
	credential string
}

// reads reports whether data sources and ephemeral resources read this user. For some users this
// suffices: their requests receive each of the provider's hostile responses.
func (p *leakProvider) reads(user providertest.Account) bool {
	return slices.Index(p.users, user) < leakReaders
}

// construct returns a block of this provider for a user.
func (p *leakProvider) construct(user providertest.Account, block, kind, name, arguments string) string {
	return fmt.Sprintf("%s \"opsaccess_%s\" \"%s-%s\" {\nprovider = opsaccess.%s\n%s\n}\n", block, kind, name, user.Login, p.slug, arguments)
}

// configuration returns all constructs of all providers at a stage; list resources go into a separate
// file.
func (s *leakScene) configuration(at leakStage) (configuration, queries string) {
	var text, lists strings.Builder

	for _, p := range s.providers {
		text.WriteString(s.providerBlock(p, at))

		for _, user := range p.users {
			for _, construct := range leakConstructs {
				if block := construct(at, p, user); strings.HasPrefix(block, "list ") {
					lists.WriteString(block)
				} else {
					text.WriteString(block)
				}
			}
		}
	}

	return text.String(), lists.String()
}
