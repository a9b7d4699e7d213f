package campaign

import (
	"math/rand/v2"
	"strings"
)

// newRandom returns a generator that the seed determines.
func newRandom(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(mix(seed), mix(seed+1))) //nolint:gosec // Campaigns must be reproducible.
}

// mix turns similar numbers into different ones: the last steps of SplitMix64.
func mix(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb

	return n ^ n>>31
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// chance returns true with the given probability.
func chance(random *rand.Rand, likelihood float64) bool { return random.Float64() < likelihood }

func join(list []string) string { return strings.Join(list, "\n") }
