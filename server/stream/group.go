package stream

import (
	"context"
	"errors"
	"sync"
	"time"

	"wutu/layers/live"
)

// kept is how many messages a group keeps at most for clients that are late: what they
// have missed in three seconds comes at once, what is older is made for them alone. What
// all clients have taken is not kept.
const kept = 64

// group are the clients that see the same: who asked for the same layers, box and
// filter, and whose rights are the same. What happens is folded and encoded once
// for all of them, by one goroutine, which runs as long as there are clients.
type group struct {
	hub      *Hub
	interest *interest
	stop     context.CancelFunc

	mu      sync.Mutex
	clients []*client
	at      uint64   // changes up to here are in frames, or concern nobody here
	ahead   uint64   // sequence up to which some client knew when it joined
	first   int      // number of frames[0]
	frames  []*frame // the latest ones
	ended   bool     // there will be no more
}

// join makes c a client of the group with its interest. c is told of every frame
// from now on; of what happened before it must find out itself, up to the sequence
// returned.
func (h *Hub) join(c *client) (g *group, at uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := c.interest.key()
	g = h.groups[key]
	if g == nil || !g.fits(c.interest) {
		ctx, stop := context.WithCancel(context.Background())
		g = &group{hub: h, interest: c.interest, stop: stop}
		l := h.o.City.Listen(0).Of(c.interest.layers)
		g.at = l.Seq()
		h.groups[key] = g
		h.running.Go(func() { g.run(ctx, l) })
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.clients = append(g.clients, c)
	c.next = g.first + len(g.frames)
	g.ahead = max(g.ahead, c.at)
	return g, g.at
}

// fits reports whether the group goes on, with the definitions of n.
func (g *group) fits(n *interest) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range n.follows {
		if g.interest.follows[i].layer != n.follows[i].layer {
			return false
		}
	}
	return !g.ended
}

// leave takes c out of the group. The last one ends it.
func (h *Hub) leave(g *group, c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range g.clients {
		if g.clients[i] == c { // order matters to nobody
			g.clients[i] = g.clients[len(g.clients)-1]
			g.clients[len(g.clients)-1] = nil
			g.clients = g.clients[:len(g.clients)-1]
			g.give(c)
			break
		}
	}
	if len(g.clients) == 0 {
		g.ended = true
		g.stop()
		if key := g.interest.key(); h.groups[key] == g {
			delete(h.groups, key)
		}
	}
}

// run makes frames until the group ends, in the beat of the group.
func (g *group) run(ctx context.Context, l *live.Listener) {
	defer g.end()
	beat := beat{began: time.Now()}
	var last time.Time // when there were changes
	for {
		if time.Since(last) > awake {
			if err := l.Wait(ctx); err != nil && !errors.Is(err, live.ErrReset) {
				return
			}
		}
		if wait(ctx, beat.next(time.Now(), ticks(g.hub.Clients()))) != nil {
			return
		}
		began := time.Now()
		deltas, err := l.Pending()
		if err == nil && len(deltas) == 0 {
			continue
		}
		last = began
		var f *frame
		pause := time.Duration(0)
		switch {
		case errors.Is(err, live.ErrReset):
			l = g.hub.o.City.Listen(0).Of(g.interest.layers)
			f, pause = &frame{to: l.Seq(), plain: resetEvent(g.interest.seq(g.hub.o.City))}, settle
		case err != nil:
			return
		default:
			f = g.interest.frame(g.hub, deltas)
			f.to = l.Seq()
			switch {
			case f.resets:
				pause = settle
			case f.plain != nil:
				pause = between(g.hub.Clients(), len(f.plain))
			}
		}
		beat.rest(began, pause, time.Since(began))
		g.publish(ctx, f)
		if f.last {
			return
		}
	}
}

// publish appends a frame and wakes the clients. A frame without content moves the
// group on: what came and went within it concerns only a client that joined in the
// middle, which must see it go.
func (g *group) publish(ctx context.Context, f *frame) {
	g.mu.Lock()
	f.from, g.at = g.at, f.to
	if f.plain == nil && g.ahead <= f.from {
		g.mu.Unlock()
		return
	}
	if len(g.frames) == kept {
		g.frames = append(make([]*frame, 0, kept), g.frames[1:]...)
		g.first++
	}
	f.owed = len(g.clients)
	g.frames = append(g.frames, f)
	clients := append([]*client(nil), g.clients...)
	g.mu.Unlock()
	for len(clients) > 0 {
		n := min(batch, len(clients))
		if wait(ctx, g.hub.pace.wait(time.Now(), n, g.hub.Clients())) != nil {
			return
		}
		for _, c := range clients[:n] {
			select {
			case c.wake <- struct{}{}:
			default: // it is awake, or will be
			}
		}
		clients = clients[n:]
	}
}

// end tells the clients that no more frames come.
func (g *group) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
	for _, c := range g.clients {
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
}

// take returns the frames that are new to a client. lost is true when some are no
// longer kept.
func (g *group) take(c *client) (frames []*frame, lost, ended bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	lost = c.next < g.first
	return g.give(c), lost, g.ended
}

// give returns the kept frames that are new to a client, which has taken them then, and
// forgets those that all have taken. The caller holds mu.
func (g *group) give(c *client) []*frame {
	frames := g.frames[max(0, c.next-g.first):]
	for _, f := range frames {
		f.owed--
	}
	c.next = g.first + len(g.frames)
	done := 0
	for done < len(g.frames) && g.frames[done].owed <= 0 {
		done++
	}
	if done > 0 { // in another array: this one holds on to them
		g.first += done
		g.frames = append([]*frame(nil), g.frames[done:]...)
	}
	return frames[:len(frames):len(frames)]
}
