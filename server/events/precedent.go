package events

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/model"
)

// kept is something made of all records of a bucket. It is read again after a
// while, as other processes write too. Safe for concurrent use.
type kept[T any] struct {
	mu   sync.Mutex
	read time.Time
	set  *T
}

// keptFor is how long it serves.
const keptFor = time.Second

// current returns what make makes of the records; while the store cannot be read
// the last one serves on, nil when there is none.
func (k *kept[T]) current(ctx context.Context, records layers.Reader, bucket string, now time.Time, make func([][]byte) *T) *T {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.set != nil && now.Sub(k.read).Abs() < keptFor {
		return k.set
	}
	var list [][]byte
	for r, err := range records.Records(ctx, bucket, "") {
		if err != nil {
			return k.set
		}
		list = append(list, r.Data)
	}
	k.set, k.read = make(list), now
	return k.set
}

// forget makes the next question read them again.
func (k *kept[T]) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.set = nil
}

// decided returns the precedents in force. Those that cannot be read decide
// nothing.
func (e *Events) decided(ctx context.Context) *duty.Precedents {
	now := e.o.Now()
	return e.precedents.current(ctx, e.o.Records, bucketPrecedent, now, func(records [][]byte) *duty.Precedents {
		var list []duty.Precedent
		for _, data := range records {
			if p, err := duty.ParsePrecedent(data); err == nil {
				list = append(list, *p)
			}
		}
		return duty.NewPrecedents(list, now)
	})
}

// editionsOf returns the dictionaries of the city. One that cannot be read is left
// out.
func (e *Events) editionsOf(ctx context.Context) *duty.Editions {
	return e.editions.current(ctx, e.o.Records, duty.DictionaryBucket, e.o.Now(), func(records [][]byte) *duty.Editions {
		var list []*duty.Dictionary
		for _, data := range records {
			if d, err := duty.ParseDictionary(data); err == nil {
				list = append(list, d)
			}
		}
		return duty.NewEditions(list)
	})
}

// classNow returns a class of the edition that new cases use, with its name.
func (e *Events) classNow(ctx context.Context, code string) (duty.Class, string, bool) {
	d := e.editionsOf(ctx).Current(e.o.Now())
	k, ok := d.Class(code)
	return k, d.Edition, ok
}

// precedent is what an adjudication decides for cases like it: about the object
// that the case names, else about the road whose owner was in question, else about
// its grid. nil when the case has none of them.
func (e *Events) precedent(t *taking) (*layers.Record, error) {
	if t.entry.Step != event.Adjudicate {
		return nil, nil
	}
	c := t.held.life
	p := duty.Precedent{ID: c.ID, Class: t.held.class.Code, Department: t.command.Department, Case: c.ID, By: t.subject.ID,
		At: t.env.Now, Note: t.command.Note}
	if p.By == "" {
		p.By = t.subject.Role.String()
	}
	road := ""
	if t.place != nil {
		road = roadOf(t.place)
	}
	switch object, grid := t.held.text(model.ObjectField), t.held.text(model.Grid); {
	case object != "":
		p.Object = object
	case road != "":
		p.Road = road
	case grid != "":
		p.Area = grid
	default:
		return nil, nil
	}
	if e.o.Keys != nil {
		if err := p.Sign(e.o.Keys.Sign); err != nil {
			return nil, &layers.Error{Kind: layers.Internal, Op: "event", ID: c.ID, Err: err}
		}
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	data, err := json.Marshal(p)
	return &layers.Record{Bucket: bucketPrecedent, Key: c.ID, Data: data}, err
}

// roadOf is the id of the road by whose owner the department of a proof was
// found, "" when it was found otherwise.
func roadOf(p *duty.Place) string {
	if p.Chosen.Rung != duty.ByRoad {
		return ""
	}
	for _, x := range p.Chosen.Evidence {
		if id, ok := strings.CutPrefix(x.Ref, model.Roads+"/"); ok {
			return id
		}
	}
	return ""
}
