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

// precedentsFor is how long a set of precedents serves before it is read again:
// other processes decide too.
const precedentsFor = time.Second

// precedents keeps the adjudications that are in force. Safe for concurrent use.
type precedents struct {
	mu   sync.Mutex
	read time.Time
	set  *duty.Precedents
}

// current returns the precedents in force at now. Those that cannot be read decide
// nothing; while the store cannot be read the last set serves on.
func (p *precedents) current(ctx context.Context, records layers.Reader, now time.Time) *duty.Precedents {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.set != nil && now.Sub(p.read).Abs() < precedentsFor {
		return p.set
	}
	var list []duty.Precedent
	for r, err := range records.Records(ctx, bucketPrecedent, "") {
		if err != nil {
			return p.set
		}
		if d, err := duty.ParsePrecedent(r.Data); err == nil {
			list = append(list, *d)
		}
	}
	p.set, p.read = duty.NewPrecedents(list, now), now
	return p.set
}

// forget makes the next question read them again.
func (p *precedents) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set = nil
}

// classNow returns a class of the edition that new cases use, with its name.
func (e *Events) classNow(ctx context.Context, code string) (duty.Class, string, bool) {
	d := e.book.Editions(ctx).Current(e.o.Now())
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
