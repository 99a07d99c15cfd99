package usage

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"wutu/layers"
	"wutu/server/problem"
)

// QuotaBucket is the bucket of the counters of the day.
const QuotaBucket = "quota"

// Caller is who asks, and how much it may.
type Caller struct {
	Key       string // public id of the key or account
	PerMinute int    // requests; 0: no limit
	PerDay    int    // requests; 0: no limit
}

// quotas keeps callers within their quotas.
type quotas struct {
	store Store
	now   func() time.Time
	zone  *time.Location

	mu     sync.Mutex
	day    int // of the counters, 20261121
	states map[string]*quota

	writing sync.Mutex // one flush at a time; taken before mu
}

// quota is what a caller has used.
type quota struct {
	tokens float64   // left of the minute's bucket
	filled time.Time // when tokens was brought up to date
	perMin int       // the bucket's size then

	used   int // requests of the day
	saved  int // used when last written
	loaded bool
}

func newQuotas(o *Options) *quotas {
	return &quotas{store: o.Store, now: o.Now, zone: o.Zone, states: make(map[string]*quota)}
}

// Admit takes one request off the caller's quotas, or returns a problem of kind
// too-many that says when to come back. Callers without quotas cost nothing.
// Other errors are those of the store, read once per caller, day and process.
func (m *Meter) Admit(ctx context.Context, c Caller) error {
	q := m.quotas
	if c.PerMinute <= 0 && c.PerDay <= 0 {
		return nil
	}
	now := q.now()
	day := q.dayOf(now)
	if c.PerDay > 0 {
		if err := q.load(ctx, c.Key, day); err != nil {
			return err
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.state(c.Key, day)
	if c.PerDay > 0 && s.used >= c.PerDay {
		return problem.TooMany(fmt.Sprintf("the quota of %d requests per day is used up", c.PerDay), q.midnight(now).Sub(now))
	}
	if c.PerMinute > 0 {
		if wait := s.take(now, c.PerMinute); wait > 0 {
			return problem.TooMany(fmt.Sprintf("the quota of %d requests per minute is used up", c.PerMinute), wait)
		}
	}
	if c.PerDay > 0 {
		s.used++
	}
	return nil
}

// take removes a token, or says how long until there is one. The bucket holds
// perMin tokens and fills in a minute.
func (s *quota) take(now time.Time, perMin int) (wait time.Duration) {
	size := float64(perMin)
	if s.filled.IsZero() {
		s.tokens = size
	} else if d := now.Sub(s.filled); d > 0 { // a clock set back fills nothing
		s.tokens += d.Minutes() * size
	}
	s.tokens = min(s.tokens, size)
	if s.perMin != 0 && s.perMin < perMin { // the quota was raised: the rise is there at once
		s.tokens += float64(perMin - s.perMin)
	}
	s.perMin = perMin
	s.filled = now
	const rounding = 1e-9 // of sums of fractions; what it lets through early is taken off all the same
	if s.tokens < 1-rounding {
		return 1 + time.Duration((1-s.tokens)/size*float64(time.Minute)) // rounded up: never 0
	}
	s.tokens--
	return 0
}

// midnight is when the next day begins.
func (q *quotas) midnight(now time.Time) time.Time {
	y, m, d := now.In(q.zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, q.zone)
}

// state returns the caller's state on day; the caller holds mu.
func (q *quotas) state(key string, day int) *quota {
	if q.day != day {
		// A new day, or the clock was set back: counters begin again. Callers whose
		// bucket of the minute is full by now need not be remembered.
		q.day = day
		now := q.now()
		for key, s := range q.states {
			if s.used, s.saved, s.loaded = 0, 0, false; now.Sub(s.filled) > time.Minute {
				delete(q.states, key)
			}
		}
	}
	s := q.states[key]
	if s == nil {
		s = new(quota)
		q.states[key] = s
	}
	return s
}

// load reads the day's counter of key once.
func (q *quotas) load(ctx context.Context, key string, day int) error {
	q.mu.Lock()
	loaded := q.state(key, day).loaded
	q.mu.Unlock()
	if loaded {
		return nil
	}
	name, used := recordName(day, key), 0
	for rec, err := range q.store.Records(ctx, QuotaBucket, name) {
		if err != nil {
			return err
		}
		if rec.Key != name {
			continue
		}
		if err := json.Unmarshal(rec.Data, &used); err != nil {
			return &layers.Error{Kind: layers.Internal, Op: "quota", ID: key, Err: err}
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if s := q.state(key, day); !s.loaded {
		s.loaded, s.used, s.saved = true, s.used+used, used
	}
	return nil
}

func recordName(day int, key string) string { return strconv.Itoa(day) + "/" + key }

// dayOf is the day of now as a number that reads like a date.
func (q *quotas) dayOf(now time.Time) int {
	y, m, d := now.In(q.zone).Date()
	return y*10_000 + int(m)*100 + d
}

// flush writes the counters that changed. Errors are those of the store; what
// failed is tried again by the next flush.
func (q *quotas) flush(ctx context.Context) error {
	q.writing.Lock()
	defer q.writing.Unlock()
	now := q.now()
	b := layers.Batch{Actor: "system", At: now}
	wrote := make(map[*quota]int)
	q.mu.Lock()
	day := q.day
	for _, key := range slices.Sorted(maps.Keys(q.states)) {
		s := q.states[key]
		if s.used == s.saved {
			continue
		}
		wrote[s] = s.used
		b.Records = append(b.Records, layers.Record{Bucket: QuotaBucket, Key: recordName(day, key), Data: fmt.Append(nil, s.used),
			Expires: now.Add(48 * time.Hour)})
	}
	q.mu.Unlock()
	if len(b.Records) == 0 {
		return nil
	}
	if _, err := q.store.Apply(ctx, b); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.day == day {
		for s, n := range wrote {
			s.saved = n
		}
	}
	return nil
}
