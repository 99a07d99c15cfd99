package audit

import (
	"context"
	"fmt"
	"time"

	"wutu/layers"
)

// loop writes a batch as soon as there is something to write, and then not
// before the interval is over.
func (r *Recorder) loop(ctx context.Context) {
	defer close(r.stopped)
	pause := time.NewTimer(0)
	defer pause.Stop()
	<-pause.C
	for {
		select {
		case <-r.wake:
		case <-ctx.Done():
			return
		}
		for more := true; more; {
			var over bool
			if more, over = r.write(ctx); over {
				return
			}
			pause.Reset(r.o.Every)
			select {
			case <-pause.C:
			case <-ctx.Done():
				return
			}
		}
	}
}

// write writes one batch. more says that there is something to write, or to try
// again; over that the recorder is closing and nothing is left.
func (r *Recorder) write(ctx context.Context) (more, over bool) {
	r.mu.Lock()
	lines := r.queue
	r.queue, r.inHand = nil, len(lines)
	r.mu.Unlock()
	var err error
	if len(lines) > 0 {
		_, err = r.o.Store.Apply(ctx, layers.Batch{At: r.o.Now(), Audit: gather(lines)})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inHand = 0
	if r.failing = err; err != nil {
		r.queue = append(lines, r.queue...)
		r.move() // who waits is told
		return true, false
	}
	r.stored += uint64(len(lines))
	r.move()
	return len(r.queue) > 0, r.closing && len(r.queue) == 0
}

// gather makes one line of equal ones: the time of the first, the sum of the
// rows, and in the detail how many there were. Lines with details stay alone.
func gather(lines []layers.AuditLine) []layers.AuditLine {
	type place struct{ at, times int }
	var out []layers.AuditLine
	places := make(map[layers.AuditLine]*place)
	for _, l := range lines {
		key := l
		key.At, key.Rows = time.Time{}, 0
		p := places[key]
		if l.Detail != "" || p == nil {
			if l.Detail == "" {
				places[key] = &place{len(out), 1}
			}
			out = append(out, l)
			continue
		}
		p.times++
		same := &out[p.at]
		same.Rows += l.Rows
		same.Detail = fmt.Sprintf(`{"reads":%d}`, p.times)
	}
	return out
}
