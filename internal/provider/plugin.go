package provider

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Plugin is the provider as a process that a CLI starts and stops.
type Plugin struct{ provider *opsaccessProvider }

// NewPlugin returns the plugin. The version goes into the User-Agent.
func NewPlugin(version string) *Plugin { return NewPluginIn(Surroundings{}, version) }

// NewPluginIn is NewPlugin with other surroundings, for tests of other packages.
func NewPluginIn(surroundings Surroundings, version string) *Plugin {
	return &Plugin{provider: newProvider(surroundings, version)}
}

// Server returns the provider's server for version 6 of the plugin protocol.
func (p *Plugin) Server() tfprotov6.ProviderServer { return newPluginServer(p.provider) }

// Stop revokes the tokens of ephemeral resources that were not closed, all at once and within 1.8
// seconds, and prevents opening others. It is for the end of the process. Its error names the
// tokens that may still be active, each with its user and without its secret; nil means none.
func (p *Plugin) Stop() error { return p.provider.process.Leases.Stop() }
