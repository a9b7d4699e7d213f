package tokens

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// nameOf returns a name of the resource's series.
func (s *stage) nameOf(prefix string, generation int64) string {
	return lifecycle.Name(prefix, s.state.Series.V, generation)
}

// leave creates a token that is in no state.
func (s *stage) leave(name string) pat.Token {
	s.Helper()

	token, err := s.system.add(name)
	if err != nil {
		s.Fatal(err)
	}

	return token
}

// An interrupted run leaves a token that no later change requires. A refresh adopts it, the next
// update saves it as a predecessor, and an update after the overlap revokes it, unless it was used.
func TestOrphan_ofAnInterruptedRun(t *testing.T) {
	t.Parallel()

	for _, used := range []string{"never", "before it is found", "between plan and apply"} {
		t.Run("used "+used, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) {
				config := basic(maxAge(60 * day))
				s.created(config)

				lost := s.leave(s.nameOf("ci-", 4))
				if used == "before it is found" {
					s.system.use(lost)
				}

				s.process()

				said := s.refresh()
				s.wantNotices(said, "OrphanAdopted")

				if adopted := noticesOf[OrphanAdopted](said)[0]; adopted.Recorded != 1 || adopted.Orphan.Generation != 4 || !adopted.Orphan.Orphan() {
					t.Errorf("%+v", adopted)
				}

				if !s.memory.Adopted {
					t.Error("Memory.Adopted is false")
				}

				plan, _, _ := s.plan(config)
				if diff := cmp.Diff(unknownInPrune, unknownsOf(plan)); diff != "" {
					t.Errorf("the adopted token is not saved: %s", diff)
				}

				if used == "between plan and apply" {
					s.system.use(lost)
				}

				s.wantNotices(s.update(plan))
				s.wantNotices(s.unchanged(config))
				s.wantPrevious(4)

				s.pass(23 * time.Hour)

				if used != "never" {
					s.system.use(lost)
				}

				s.pass(2 * time.Hour)

				if used == "never" {
					s.wantNotices(s.run(config))
					s.wantPrevious()
				} else {
					s.wantNotices(s.run(config), "Held")
					s.wantPrevious(4)
				}

				s.pass(61 * day)

				next := int64(5)
				if used == "never" && s.system.traits.ReusableNames {
					next = 2 // The revoked token has left no trace.
				}

				s.wantNotices(s.run(config))
				s.wantToken(next, lifecycle.ReasonMaxAge)
				s.wantPrevious(1)

				_, said = s.engine.Destroy(t.Context(), s.state)
				s.wantNotices(said)
				s.wantLive()
			})
		})
	}
}

// A state restored from a backup does not contain the live token and, possibly, not that its own was
// revoked. Another state may have issued the newer token, and no generation is used twice.
func TestOrphan_ofARestoredState(t *testing.T) {
	t.Parallel()

	for _, revoked := range []bool{false, true} {
		for _, used := range []bool{false, true} {
			t.Run(fmt.Sprintf("the old token was revoked %t, the newer one used %t", revoked, used), func(t *testing.T) {
				t.Parallel()
				onEachPlatform(t, func(t *testing.T, s *stage) {
					config := func(n int) Arguments { return basic(trigger(n), overlap(48*time.Hour)) }
					s.created(config(1))

					state, memory := s.state, s.memory

					s.run(config(2))

					newer := s.state.LiveToken()
					if used {
						s.system.use(newer)
					}

					if revoked {
						s.pass(49 * time.Hour)
						s.run(config(2))
						s.wantPrevious()
					}

					s.state, s.memory = state, memory

					said := s.run(config(2))
					if adopted := noticesOf[OrphanAdopted](said); len(adopted) != 1 || adopted[0].Orphan.Due {
						t.Errorf("%+v", adopted)
					}

					if s.state.Generation.V != 3 || s.state.Previous.V[0].Generation != 2 || s.state.Previous.V[0].Due {
						t.Errorf("generation %d, predecessors %+v", s.state.Generation.V, s.state.Previous.V)
					}

					s.wantNotices(s.unchanged(config(2)))

					if used {
						s.pass(47 * time.Hour)
						s.system.use(newer)
						s.pass(2 * time.Hour) // The token is used, although the policy has no hold.
						if said := s.run(config(2)); len(noticesOf[Held](said)) == 0 || said.Failed() {
							t.Errorf("%v", namesOfNotices(said))
						}
					}

					s.pass(49 * time.Hour)
					s.wantNotices(s.run(config(2)))
					s.wantPrevious()

					if s.works(newer) {
						t.Error("the orphan is still active after its overlap")
					}

					s.unchanged(config(2))
					s.wantToken(3, s.state.Current.IssueReason.V)
				})
			})
		}
	}
}

// A request that got no response is processed after the run: its token is older than the one in state
// by its generation, and its secret is lost.
func TestOrphan_ofARequestCarriedOutLate(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		config := basic(maxAge(60 * day))
		s.system.issued, s.system.creates = 8, []outcome{lostNothing}
		s.created(config)
		s.wantToken(2, lifecycle.ReasonCreated)

		if !s.memory.Unanswered {
			t.Error("Memory.Unanswered is false")
		}

		s.system.issued = 0 // If the platform has token ids, its id is lower than that of the live token.

		late := s.leave(s.nameOf("ci-", 1))
		s.wantNotices(s.run(config), "OrphanAdopted")
		s.wantPrevious(1)

		if s.memory.Unanswered || s.memory.Adopted {
			t.Errorf("the memory is still %+v after the token was adopted", s.memory)
		}

		s.wantNotices(s.unchanged(config))
		s.pass(25 * time.Hour)
		s.wantNotices(s.run(config))
		s.wantPrevious()

		if s.works(late) {
			t.Error("the late token is still active after its overlap")
		}
	})
}

// A run that fails after the request leaves a token with the new prefix, of which the state contains
// only the series. Anyone can choose such a name, so the token is left unchanged until the
// configuration has the prefix.
func TestOrphan_ofAPrefixThatNeverReachedTheState(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		config := basic(maxAge(60 * day))
		s.created(config)
		s.pass(time.Minute)

		lost := s.leave(s.nameOf("other-", 2))
		s.leave(fmt.Sprintf("ci-%s-x", s.state.Series.V))

		said := s.unchanged(config)
		s.wantNotices(said, "ResemblingToken")

		if token := noticesOf[ResemblingToken](said)[0].Token; token.Name != lost.Name {
			t.Errorf("the notice is about %s", token.Name)
		}

		edited := config.edited(prefixed("other-"))
		said = s.run(edited)

		if len(noticesOf[OrphanAdopted](said)) != 1 {
			t.Errorf("%v", namesOfNotices(said))
		}

		s.wantToken(3, lifecycle.ReasonChanged)
		s.wantPrevious(2, 1)

		if diff := cmp.Diff([]string{"other-", "ci-"}, s.memory.Prefixes); diff != "" {
			t.Errorf("the prefixes in the memory: %s", diff)
		}

		s.wantNotices(s.unchanged(edited))
		s.pass(25 * time.Hour)
		s.wantNotices(s.run(edited))
		s.wantPrevious()

		_, said = s.engine.Destroy(t.Context(), s.state)
		s.wantNotices(said)

		if live := s.system.live(); len(live) != 1 {
			t.Errorf("%v are active, want only the one whose name is not a generation", live)
		}
	})
}

// A prefix that a resource had before still identifies its tokens.
func TestOrphan_ofAnEarlierPrefix(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(_ *testing.T, s *stage) {
		s.created(aged())
		s.wantNotices(s.run(aged(prefixed("cd-"))), "PrefixChanged")
		s.wantToken(2, lifecycle.ReasonChanged)
		s.leave(s.nameOf("ci-", 7))
		s.wantNotices(s.run(aged(prefixed("cd-"))), "OrphanAdopted")
		s.wantPrevious(7, 1)
	})
}

// That is also true without a refresh, with -refresh=false.
func TestOrphan_ofAnEarlierPrefix_withoutARefresh(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(_ *testing.T, s *stage) {
		s.created(aged(trigger(1)))
		s.wantNotices(s.run(aged(trigger(1), prefixed("cd-"))), "PrefixChanged")
		s.leave(s.nameOf("ci-", 7))
		s.wantNotices(s.apply(aged(trigger(2), prefixed("cd-"))), "OrphanAdopted")
		s.wantToken(8, lifecycle.ReasonTriggers)
		s.wantPrevious(7, 2, 1)
	})
}

// The orphans of a new resource, and those of an update without a refresh, are found when a token is
// issued.
func TestOrphan_isFoundWhenATokenIsIssued(t *testing.T) {
	t.Parallel()

	t.Run("the first", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			left := []pat.Token{s.leave("ci-abc234-1"), s.leave("ci-abc234-4")}
			said := s.create(basic(inSeries("abc234")))
			s.wantNotices(said, "OrphanAdopted", "OrphanAdopted")

			if recorded := noticesOf[OrphanAdopted](said)[0].Recorded; recorded != 0 {
				t.Errorf("generation %d is recorded of a first token", recorded)
			}

			s.wantToken(5, lifecycle.ReasonCreated)
			s.wantPrevious(4, 1)
			s.process()
			s.wantNotices(s.unchanged(basic(inSeries("abc234"))))

			for _, token := range left {
				if !s.works(token) {
					t.Errorf("%s was revoked in the run that found it", token.Name)
				}
			}
		})
	})

	t.Run("without a refresh", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			s.created(basic(trigger(1)))
			s.leave(s.nameOf("ci-", 3))
			s.wantNotices(s.apply(basic(trigger(2))), "OrphanAdopted")
			s.wantToken(4, lifecycle.ReasonTriggers)
			s.wantPrevious(3, 1)
		})
	})

	t.Run("without an overlap", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			s.created(basic(trigger(1), overlap(0)))

			lost := s.leave(s.nameOf("ci-", 3))
			s.wantNotices(s.apply(basic(trigger(2), overlap(0))), "RevokedFirst", "OrphanAdopted")
			s.wantPrevious(3)
			s.pass(23 * time.Hour)
			s.wantNotices(s.unchanged(basic(trigger(2), overlap(0))))

			if !s.works(lost) {
				t.Error("an orphan was revoked within a day")
			}
		})
	})

	t.Run("the overlap is set", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			config := aged(overlap(72 * time.Hour))
			s.created(config)
			s.leave(s.nameOf("ci-", 2))
			s.run(config)
			s.pass(71 * time.Hour)
			s.unchanged(config)
			s.pass(time.Hour)
			s.wantNotices(s.run(config))
			s.wantPrevious()
		})
	})
}

// An orphan is searched for only if its name would prove that it belongs to the resource. An account
// that lacks the permission to list tokens finds none.
func TestOrphan_isNotLookedFor(t *testing.T) {
	t.Parallel()

	t.Run("a fixed name", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			s.created(basic(named("ci")))
			s.failing(errLook, callTokens)
			s.wantNotices(s.refresh())
		})
	})

	t.Run("an imported token", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			token := s.leave("by hand")
			s.imported(token.ID)
			s.run(basic(inSeries("abc234")))
			s.leave("ci-abc234-1")
			s.wantNotices(s.unchanged(basic(inSeries("abc234"))), "ImportedDiffers name_prefix")
			s.wantPrevious()
		})
	})

	t.Run("a list that is denied", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			s.created(aged())
			s.leave(s.nameOf("ci-", 2))
			s.failing(errDenied, callTokens)
			s.wantNotices(s.refresh())
			s.wantPrevious()
		})
	})

	t.Run("a list that fails", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			s.created(aged())
			s.failing(errLook, callTokens)
			s.wantNotices(s.refresh(), "StepFailed Read")
		})
	})

	t.Run("an older generation", func(t *testing.T) {
		t.Parallel()

		s := newStage(t, false) // A platform with token ids, which show the order.
		s.leave("ci-abc234-1")
		s.created(basic())
		s.state.Series = lifecycle.Known("abc234")
		s.wantNotices(s.refresh())
		s.wantPrevious()
	})
}

// If names are reusable, an orphan may have the name of a predecessor that does not exist any more:
// the refresh that drops the predecessor adopts the orphan.
func TestOrphan_withTheNameOfAPredecessor(t *testing.T) {
	t.Parallel()

	s := standing(t, true)
	predecessor := s.state.Previous.V[0].Token
	s.system.kill(predecessor)
	s.pass(time.Second)
	s.leave(predecessor.Name)
	s.wantNotices(s.run(basic(trigger(1), overlap(time.Hour))), "OrphanAdopted")
	s.wantPrevious(1)
	s.wantNotices(s.unchanged(basic(trigger(1), overlap(time.Hour))))
}

// The same holds for an orphan with the name of the live token, if that does not exist any more.
func TestOrphan_withTheNameOfAMissingToken(t *testing.T) {
	t.Parallel()

	config := basic(trigger(1), overlap(time.Hour), keepInvalid)

	s := standing(t, true)
	s.system.kill(s.state.LiveToken())
	s.pass(time.Second)
	s.leave(s.state.LiveToken().Name)
	s.wantNotices(s.run(config), "OrphanAdopted", "KeptInvalid")
	s.wantPrevious(2)
	s.unchanged(config)
	s.pass(2 * day)
	s.run(config)
	s.wantPrevious()
	s.wantLive()
}

// Two states with one series, or a state and its copy: neither revokes what the other has issued.
func TestOrphan_ofAnotherState(t *testing.T) {
	t.Parallel()

	for _, copied := range []bool{false, true} {
		t.Run(fmt.Sprintf("a copy %t", copied), func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, one *stage) {
				config := func(n int) Arguments { return basic(inSeries("abc234"), trigger(n)) }
				one.created(config(1))

				two := one.another()

				if copied {
					two.state, two.memory = one.state, one.memory
					two.run(config(2))
				} else {
					two.process()
					two.create(config(1))
				}

				two.wantToken(2, two.state.Current.IssueReason.V)

				fresh := one.system.live()

				one.wantNotices(one.run(config(1)), "OrphanAdopted")
				one.wantNotices(one.unchanged(config(1)))
				one.wantPrevious(2)

				if diff := cmp.Diff(fresh, one.system.live()); diff != "" {
					t.Errorf("the active tokens after the other state's run:\n%s", diff)
				}

				one.wantNotices(one.engine.PlanDestroy(one.state), "OrphanDestroyed")
				one.wantNotices(one.run(config(3)))
				one.wantToken(3, lifecycle.ReasonTriggers)

				if live := one.system.live(); len(live) != 3 {
					t.Errorf("%v are active after the other state's rotation", live)
				}
			})
		})
	}
}

// If two resources of one process have the same series, only one of them issues a token. If both
// exist, neither may consider the other's live token an orphan: whichever is planned first, the plan
// is an error.
func TestSeries_ofTwoResources(t *testing.T) {
	t.Parallel()

	with := func(prefix, series string) Arguments { return basic(prefixed(prefix), inSeries(series)) }

	t.Run("both are new", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, one *stage) {
			one.create(with("ci-", "abc234"))

			two := one.another()
			said := two.create(with("ci-", "abc234"))
			two.wantNotices(said, "StepFailed Issue")

			if _, shared := errors.AsType[*SharedError](errorOf(said)); !shared {
				t.Errorf("%v", errorOf(said))
			}

			one.wantIssued(1)
			one.wantNotices(two.create(with("cd-", "abc234"))) // Another prefix is another series.
		})
	})

	for name, test := range map[string]struct {
		one, two Arguments
		collides bool
	}{
		"as they were": {one: with("ci-", "abc234"), two: with("ci-", "bcd345")},
		"the second gets the series of the first": {one: with("ci-", "abc234"), two: with("ci-", "abc234"), collides: true},
		"they exchange their series":              {one: with("ci-", "bcd345"), two: with("ci-", "abc234"), collides: true},
		"the second gets a new series":            {one: with("ci-", "abc234"), two: with("ci-", "cde456")},
		"both get a new prefix":                   {one: with("cd-", "abc234"), two: with("cd-", "bcd345")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			for _, refreshed := range []bool{false, true} {
				for _, swapped := range []bool{false, true} {
					onEachPlatform(t, func(t *testing.T, one *stage) {
						two := one.another()
						one.created(with("ci-", "abc234"))
						two.created(with("ci-", "bcd345"))
						one.process()
						two.engine = one.engine

						plans := []func() Notices{
							func() Notices { _, _, said := one.plan(test.one); return said },
							func() Notices { _, _, said := two.plan(test.two); return said },
						}
						if swapped {
							slices.Reverse(plans)
						}

						if refreshed {
							one.wantNotices(one.refresh())
							two.wantNotices(two.refresh())
						}

						said := append(plans[0](), plans[1]()...)
						collisions := noticesOf[SeriesCollides](said)

						if (len(collisions) > 0) != test.collides {
							t.Fatalf("%v", namesOfNotices(said))
						}

						for _, collision := range collisions {
							if len(collision.Change) == 0 || collision.Live.Key() == collision.Other.Key() {
								t.Errorf("%+v", collision)
							}
						}
					})
				}
			}
		})
	}
}

// A token that is no longer a resource's live token collides with nothing.
func TestSeries_ofASuccessor(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		s.created(basic(inSeries("abc234"), trigger(1)))
		s.wantNotices(s.refresh())
		s.wantNotices(s.apply(basic(inSeries("abc234"), trigger(2))))

		// The same process plans the resource again.
		plan, _, said := s.plan(basic(inSeries("abc234"), trigger(2)))
		s.wantNotices(said)

		if !empty(s.state, plan) {
			t.Error("the plan is not empty")
		}
	})
}
