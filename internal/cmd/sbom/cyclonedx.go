package main

import (
	"net/url"
	"runtime/debug"
	"strings"
)

// bom is a document of CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/, as far as it is
// filled in here. Without the optional serial number: a random one would be another one
// each time.
type bom struct {
	Schema       string       `json:"$schema"`
	Format       string       `json:"bomFormat"`
	SpecVersion  string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	// Timestamp is the time of the commit.
	Timestamp string    `json:"timestamp,omitempty"`
	Component component `json:"component"`
}

type component struct {
	Type       string          `json:"type"`
	Ref        string          `json:"bom-ref"`
	Name       string          `json:"name"`
	Version    string          `json:"version"`
	Hashes     []hash          `json:"hashes,omitempty"`
	Licenses   []licenseChoice `json:"licenses,omitempty"`
	PURL       string          `json:"purl"`
	Properties []property      `json:"properties,omitempty"`
}

type licenseChoice struct {
	License license `json:"license"`
}

type license struct {
	ID string `json:"id"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref string   `json:"ref"`
	On  []string `json:"dependsOn"`
}

// module describes a module as it was linked: of one that is replaced, the other.
func module(from *debug.Module) component {
	if from.Replace != nil {
		from = from.Replace
	}

	// https://github.com/package-url/purl-spec: golang is in lower case, and a plus sign of
	// the version is escaped.
	purl := "pkg:golang/" + strings.ToLower(from.Path) + "@" + url.QueryEscape(from.Version)
	described := component{Type: "library", Ref: purl, Name: from.Path, Version: from.Version, PURL: purl}

	if from.Sum != "" {
		described.Properties = []property{{Name: "go:sum", Value: from.Sum}}
	}

	return described
}
