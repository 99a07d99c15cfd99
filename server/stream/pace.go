package stream

import (
	"sync"
	"time"
)

// Writing to a thousand clients at once would keep every other request waiting
// behind them. So they are woken a few at a time, spread over most of the interval
// between messages.
const (
	batch  = 16                     // clients woken together
	spread = 180 * time.Millisecond // in which all clients of the hub are woken
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
