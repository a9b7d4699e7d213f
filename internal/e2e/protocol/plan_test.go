package protocol

import "maps"

// having returns a copy of the arguments with others set.
func having(set map[string]any, others map[string]any) map[string]any {
	all := maps.Clone(set)
	maps.Copy(all, others)

	return all
}
