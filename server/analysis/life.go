package analysis

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/model"
)

// historyBucket holds the histories of cases by their ids.
const historyBucket = "event-history"

// moment is when a case came into a state.
type moment struct {
	at    int64 // microseconds
	state event.State
}

// lives keeps what the latest histories say of states. Safe for concurrent use.
type lives struct {
	records layers.Reader

	mu    sync.Mutex
	known map[string]life
}

// life is how a case went as of a version of it.
type life struct {
	version uint64
	moments []moment
}

// maxLives bounds the lives kept: about a hundred bytes each.
const maxLives = 200_000

func newLives(records layers.Reader) *lives {
	return &lives{records: records, known: make(map[string]life)}
}

// of returns the moments of a case as its history tells, oldest first; nil when it
// has none. The result must not be changed.
func (l *lives) of(ctx context.Context, id string, version uint64) ([]moment, error) {
	l.mu.Lock()
	known, ok := l.known[id]
	l.mu.Unlock()
	if ok && known.version == version {
		return known.moments, nil
	}
	var list []moment
	for r, err := range l.records.Records(ctx, historyBucket, id) {
		if err != nil {
			return nil, err
		}
		if r.Key == id {
			if list, err = momentsOf(r.Data); err != nil {
				return nil, &layers.Error{Kind: layers.Internal, Op: "analysis", ID: id, Err: err}
			}
		}
		break // the id itself comes before those that it begins
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.known) >= maxLives {
		clear(l.known)
	}
	l.known[id] = life{version, list}
	return list, nil
}

// momentsOf reads from a history what it says of states: when they changed.
func momentsOf(data []byte) ([]moment, error) {
	var entries []struct {
		At      time.Time            `json:"at"`
		To      event.State          `json:"to"`
		Assumed map[string]time.Time `json:"assumed"`
	}
	if err := json.Unmarshal(data, &entries); err != nil {
		return nil, err
	}
	var list []moment
	for i := range entries {
		e := &entries[i]
		if i == 0 && e.Assumed != nil { // it came with the state it was in
			list = fromInstants(func(name string) time.Time { return e.Assumed[name] }, e.To, e.At)
			continue
		}
		list = enter(list, e.At, e.To)
	}
	return list, nil
}

// enter adds a moment; nothing changes when the case is in the state already. Of
// several at the same time the last counts.
func enter(list []moment, at time.Time, state event.State) []moment {
	if n := len(list); n > 0 && list[n-1].state == state {
		return list
	}
	return append(list, moment{at.UnixMicro(), state})
}

// stages are the columns that say when a case came into a state, in the order of
// its life.
var stages = []struct {
	column string
	state  event.State
}{
	{model.ReportedAt, event.Reported},
	{model.FiledAt, event.Filed},
	{model.DispatchedAt, event.Dispatched},
	{model.SignedAt, event.Handling},
	{model.FedBackAt, event.FedBack},
	{model.ClosedAt, event.Closed},
}

// fromInstants is how a case went as far as its columns tell: it is in state now,
// and was changed last at updated. Where a time is missing the stage is left out.
func fromInstants(get func(column string) time.Time, state event.State, updated time.Time) []moment {
	var list []moment
	for _, s := range stages {
		at := get(s.column)
		if at.IsZero() || len(list) > 0 && at.UnixMicro() < list[len(list)-1].at {
			continue
		}
		if s.state == event.Closed && !state.Open() && state != event.Archived {
			list = enter(list, at, state) // rejected, merged or withdrawn then
			continue
		}
		list = enter(list, at, s.state)
	}
	if n := len(list); n == 0 || list[n-1].state != state {
		at := updated
		if n > 0 && at.UnixMicro() < list[n-1].at {
			at = time.UnixMicro(list[n-1].at)
		}
		list = append(list, moment{at.UnixMicro(), state})
	}
	return list
}

// between is what a replay of a period needs: the state at its begin, if there was
// one, and the changes until its end, which is inclusive.
func between(list []moment, from, to int64) []moment {
	begin, _ := slices.BinarySearchFunc(list, from, func(m moment, t int64) int {
		if m.at <= t {
			return -1
		}
		return 1
	})
	end := begin
	for end < len(list) && list[end].at <= to {
		end++
	}
	return list[max(begin-1, 0):end]
}
