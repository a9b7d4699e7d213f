package campaign

import (
	"strconv"
	"time"
)

// issuesByHand issues tokens in the server's web interface, and uses them. They are in no
// configuration, and only the action may revoke them.
func (t *terraform) issuesByHand() error {
	for range 2 + t.random.IntN(3) {
		t.clock.tick()
		t.hands++

		name := handStem + pick(t.random, []string{"a", "b"}) + "-" + strconv.Itoa(t.hands)

		var expires time.Time
		if chance(t.random, 0.7) {
			expires = t.clock.now().Truncate(day).Add(time.Duration(2+t.random.IntN(8)) * day)
		}

		secret, err := t.target.add(name, expires)
		if err != nil {
			return err
		}

		t.ledger.adds(name, secret)
		t.happens("%s is issued by hand", name)
	}

	return nil
}

const day = 24 * time.Hour

// adds records a token that was issued by hand and is in use.
func (l *ledger) adds(name, secret string) {
	r, _ := l.target.find(func(r row) bool { return r.name == name })

	l.mu.Lock()
	defer l.mu.Unlock()

	l.tokens = append(l.tokens, &token{
		id: r.id, name: name, secret: secret, made: r.created, had: true, seen: map[*process]bool{},
		asked: &asked{name: name, op: &operation{what: "by hand", over: true}},
	})
}
