package stream

import "testing"

// A group keeps what some client has yet to take, at most so much, and nothing else.
func TestGroupsKeepWhatIsOwed(t *testing.T) {
	g := &group{hub: New(Options{}), interest: &interest{}, stop: func() {}}
	next := uint64(0)
	publish := func() {
		next++
		g.publish(t.Context(), &frame{to: next, plain: []byte("x")})
	}
	join := func() *client {
		c := &client{wake: make(chan struct{}, 1), next: g.first + len(g.frames)}
		g.clients = append(g.clients, c)
		return c
	}
	take := func(c *client, want int, wantLost bool) {
		t.Helper()
		frames, lost, _ := g.take(c)
		if len(frames) != want || lost != wantLost {
			t.Fatalf("%d messages, lost %v; want %d, %v", len(frames), lost, want, wantLost)
		}
		for i, f := range frames {
			if f.to != next-uint64(want-1-i) {
				t.Fatalf("message %d at %d", f.to, i)
			}
		}
	}
	keeps := func(want int) {
		t.Helper()
		if len(g.frames) != want {
			t.Fatalf("%d messages are kept, want %d", len(g.frames), want)
		}
	}
	quick, slow := join(), join()
	for range 5 {
		publish()
		take(quick, 1, false)
	}
	keeps(5)
	late := join()
	take(late, 0, false)
	publish()
	take(slow, 6, false)
	keeps(1)
	take(late, 1, false)
	keeps(1)
	take(quick, 1, false)
	keeps(0)
	if g.frames != nil {
		t.Error("the array of what was taken is held on to")
	}
	for range kept + 10 {
		publish()
		take(late, 1, false)
	}
	keeps(kept)
	take(quick, kept, true)
	keeps(kept)
	g.hub.leave(g, slow) // who leaves is owed nothing
	keeps(0)
	publish()
	take(quick, 1, false)
	take(late, 1, false)
	keeps(0)
}
