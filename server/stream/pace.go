package stream

import (
	"sync"
	"time"
)

// The pace of messages: a change is told at the next tick, so within 10 ms when
// nothing has been told for a while, and then at most 20 times a second, fewer the
// more there is to write: 1,000 clients get at most four messages a second, and
// messages that are large for the number of those who get them come less often, too.
// When hundreds listen, ticks are up to 50 ms apart.
const (
	tick     = 10 * time.Millisecond  // between two looks at the feed, at least
	perLook  = 100 * time.Microsecond // of that time for each client of the hub
	shortest = 50 * time.Millisecond  // between two messages
	longest  = 250 * time.Millisecond // between two messages, however many clients
	perWrite = 250 * time.Microsecond // of the time between messages for each client of the hub
	perByte  = 5 * time.Nanosecond    // and for each byte to each of them: 200 MB a second
)

// between is how long a message of some bytes keeps the next one waiting.
func between(clients, size int) time.Duration {
	n := time.Duration(clients)
	return min(max(shortest, n*perWrite, n*time.Duration(size)*perByte), longest)
}

// ticks is how long a group waits from one look at the feed to the next.
func ticks(clients int) time.Duration {
	return min(max(tick, time.Duration(clients)*perLook), shortest)
}

// awake is how long after changes a group goes on to look at the feed at every tick,
// before it waits to be told that there are some. To wake all groups at every commit
// would let every request of that moment wait behind hundreds of them; their ticks are
// spread.
const awake = time.Second

// beat says when a group looks for changes: at ticks counted from its beginning, and
// not before the rest after the last message is over. Ticks are there whether or
// not anything happens, and changes that the group may not see make no rest: when a
// message comes says nothing about them.
type beat struct {
	began time.Time
	free  time.Time // end of the rest
}

// next is how long to wait from now for the next of ticks that are so far apart.
func (b *beat) next(now time.Time, tick time.Duration) time.Duration {
	at := now
	if b.free.After(now) {
		at = b.free
	}
	ticks := (at.Sub(b.began) + tick - 1) / tick
	return b.began.Add(ticks * tick).Sub(now)
}

// rest takes note of a look at the feed that began at a time and took a while: the
// next one comes no earlier than pause after that, and a group rests at least for as
// long as it worked.
func (b *beat) rest(began time.Time, pause, took time.Duration) {
	b.free = began.Add(max(pause, 2*took))
}

// Writing to a thousand clients at once would keep every other request waiting
// behind them. So they are woken a few at a time, spread over most of the interval
// between messages.
const (
	batch  = 16                     // clients woken together
	spread = 180 * time.Millisecond // in which all clients of the hub are woken, when they are many
	apart  = 150 * time.Microsecond // between two clients, when there are few
	burst  = 4 * time.Millisecond   // of wakings that nobody has to wait for
)

// pacer spreads the wakings of all groups. Safe for concurrent use.
type pacer struct {
	mu   sync.Mutex
	free time.Time // when the wakings given out are over
}

// wait reserves the time of n wakings among those of clients, and returns how long
// to wait until it begins.
func (p *pacer) wait(now time.Time, n, clients int) time.Duration {
	each := min(apart, spread/time.Duration(max(clients, 1)))
	p.mu.Lock()
	defer p.mu.Unlock()
	begin := p.free
	if earliest := now.Add(-burst); begin.Before(earliest) {
		begin = earliest
	}
	p.free = begin.Add(time.Duration(n) * each)
	return max(0, begin.Sub(now))
}
