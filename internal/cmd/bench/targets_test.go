package main

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/bench/usage"
)

func TestTargetsAreJudged(t *testing.T) {
	t.Parallel()

	const mebibyte = 1 << 20

	small, large := load{10, 10}, load{1000, 10}
	at := func(requests int, wall time.Duration, peak int64) sample {
		return sample{Requests: requests, Wall: wall, Provider: usage.Sum{Peak: peak}}
	}
	good := func() *bench {
		return &bench{
			scale: fullScale(), platforms: []platform{foremanPlatform()},
			results: results{
				samples: map[series]map[operation]sample{
					{minimal, large, false}:   {plan: at(0, 3*time.Second, 0)},
					{"", large, false}:        {plan: at(0, 2*time.Second, 0)},
					{"Foreman", small, true}:  {apply: at(10, time.Second, 20*mebibyte), plan: at(10, time.Second, 40*mebibyte)},
					{"Foreman", large, true}:  {apply: at(1030, 20*time.Second, 30*mebibyte), plan: at(25, 4*time.Second, 40*mebibyte)},
					{"Foreman", large, false}: {plan: at(1000, 80*time.Second, 0)},
				},
				loggingIn: at(1010, 50*time.Second, 0),
				crowded:   sample{Requests: 5, Sent: 64 << 10},
				provider:  size{Binary: 125, Schema: 125, Memory: 125},
				minimal:   size{Binary: 100, Schema: 100, Memory: 100},
			},
		}
	}
	replace := func(b *bench, s series, o operation, by sample) {
		b.results.samples[s] = maps.Clone(b.results.samples[s])
		b.results.samples[s][o] = by
	}

	tests := map[string]struct {
		change func(*bench)
		want   []string
	}{
		"all at their limits": {change: func(*bench) {}},
		"a request too many for a plan": {
			change: func(b *bench) { replace(b, series{"Foreman", large, true}, plan, at(26, time.Second, 0)) },
			want:   []string{"Foreman, plan of 1,000 tokens over 10 users: requests: 26"},
		},
		"a plan that takes too long": {
			change: func(b *bench) {
				replace(b, series{"Foreman", large, true}, plan, at(1, 4010*time.Millisecond, 0))
			},
			want: []string{"Foreman, plan of 1,000 tokens over 10 users: time: 4.01 s, floor 2.00 s, minimal provider 3.00 s"},
		},
		"a request too many for an apply": {
			change: func(b *bench) { replace(b, series{"Foreman", large, true}, apply, at(1031, time.Second, 0)) },
			want:   []string{"Foreman, apply of 1,000 tokens over 10 users: requests: 1,031"},
		},
		"sessions that save too little": {
			change: func(b *bench) { b.results.loggingIn.Wall = 49 * time.Second },
			want:   []string{"Foreman, apply of 1,000 tokens over 10 users: against no sessions: 2.45 × (20.00 s, 49.00 s without)"},
		},
		"revoked rows that are loaded": {
			change: func(b *bench) { b.results.crowded = sample{Requests: 6, Sent: 65 << 10} },
			want: []string{
				"Foreman, plan of 3 tokens beside 50,000 revoked rows: requests: 6",
				"Foreman, plan of 3 tokens beside 50,000 revoked rows: sent by the server: 65.0 KiB",
			},
		},
		"a provider that is too big": {
			change: func(b *bench) {
				b.results.provider = size{Binary: 126 * mebibyte, Schema: 1300 * time.Millisecond, Memory: 40 * mebibyte}
				b.results.minimal = size{Binary: 100 * mebibyte, Schema: time.Second, Memory: 30 * mebibyte}
			},
			want: []string{
				"Binary, against the minimal provider: 1.26 × (126.0 MiB, 100.0 MiB)",
				"Time to the schemas, against the minimal provider: 1.30 × (1.30 s, 1.00 s)",
				"Memory with the schemas, against the minimal provider: 1.33 × (40.0 MiB, 30.0 MiB)",
			},
		},
		"memory that grows in one operation": {
			change: func(b *bench) {
				replace(b, series{"Foreman", large, true}, apply, at(1, time.Second, 32*mebibyte))
			},
			want: []string{
				"Foreman, peak memory of the provider at 1,000 tokens over 10 users against 10: 1.60 × (apply, 32.0 MiB at 20.0 MiB)",
			},
		},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := good()
			test.change(b)

			var missed []string

			for _, target := range b.targets() {
				if target.verdict() == "**not met**" {
					missed = append(missed, target.what+": "+target.measured)
				}
			}

			if diff := cmp.Diff(test.want, missed); diff != "" {
				t.Errorf("missed targets (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNumbersAreWrittenForPeople(t *testing.T) {
	t.Parallel()

	got := []string{
		thousands(0), thousands(999), thousands(1000), thousands(1234567),
		ratio(10, 4), ratio(1, 0), mebibytes(0), mebibytes(3 << 19), kibibytes(512), seconds(1500 * time.Millisecond),
	}
	want := []string{"0", "999", "1,000", "1,234,567", "2.5", "–", "–", "1.5 MiB", "0.5 KiB", "1.50 s"}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}
