package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/model"
)

// workCase is a case that the load works on: where and what is reported, and what
// the city made of it.
type workCase struct {
	at           orb.Point
	class        string
	id, district string
}

// fillDays is how far back the cases of a filled city go.
const fillDays = 365

// fillEvents adds cases to a city until its layer has total of them. They are
// copies of the city's own with other numbers, times and places nearby, most of
// them archived long ago. It returns as many cases to report as work says.
func (p *program) fillEvents(ctx context.Context, dir string, total, work int) (cases []workCase, err error) {
	there := &program{stdout: p.stdout, stderr: p.stderr, dir: dir}
	store, err := there.open(ctx, gpkg.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	l := model.Lookup(model.Events)
	subject := layers.SystemSubject()
	var like []layers.Feature
	n := 0
	for f, err := range store.Read(ctx, layers.Query{Subject: subject, Layer: model.Events}) {
		if err != nil {
			return nil, err
		}
		n++
		if len(like) < 20_000 {
			like = append(like, f)
		}
	}
	if len(like) == 0 {
		return nil, fmt.Errorf("%s has no events to copy", filepath.Base(dir))
	}
	f := filler{layer: l, like: like, r: rand.New(rand.NewPCG(5, 8)), now: now()}
	var batch []layers.Change
	flush := func() error {
		_, err := store.Apply(ctx, layers.Batch{Actor: "bench", At: f.now, Changes: batch})
		batch = batch[:0]
		return err
	}
	for range work {
		from := &like[f.r.IntN(len(like))]
		at, ok := from.Shape.(orb.Point)
		if !ok {
			return nil, fmt.Errorf("event %s has no point", from.Key)
		}
		cases = append(cases, workCase{at: at, class: from.Value(l.FieldIndex(model.Class)).Str()})
	}
	for n < total {
		c := f.old(n)
		batch = append(batch, c)
		n++
		if len(batch) == 8192 {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	return cases, flush()
}

// filler makes cases.
type filler struct {
	layer *layers.Layer
	like  []layers.Feature
	r     *rand.Rand
	now   time.Time
}

// copyOf is one of the city's cases at a place nearby, without the values that tell
// of its life.
func (f *filler) copyOf(id string, reported time.Time) (layers.Change, func(name string, v layers.Value)) {
	from := &f.like[f.r.IntN(len(f.like))]
	out := &layers.Feature{Key: id, Values: make([]layers.Value, len(f.layer.Fields))}
	set := func(name string, v layers.Value) { out.Values[f.layer.FieldIndex(name)] = v }
	for _, name := range []string{model.Class, model.ClassName, model.Description, model.Channel, model.Level, model.Grid,
		model.Community, model.Street, model.District, model.Department, model.DepartmentName, model.Reporter} {
		i := f.layer.FieldIndex(name)
		out.Values[i] = from.Value(i)
	}
	if at, ok := from.Shape.(orb.Point); ok {
		out.Shape = orb.Point{at[0] + f.r.Float64()*0.0004 - 0.0002, at[1] + f.r.Float64()*0.0004 - 0.0002}
	}
	set(model.CaseNo, layers.Text(id))
	set(model.ReportedAt, layers.Instant(reported))
	set(model.UpdatedAt, layers.Instant(reported))
	return layers.Change{Op: layers.Put, Layer: f.layer.ID, ID: id, Feature: out}, set
}

// old is a case of the last year; one in fifty is still being handled, and will be
// for a while, so that nothing is due by itself.
func (f *filler) old(n int) layers.Change {
	reported := f.now.Add(-time.Duration(f.r.Int64N(int64(fillDays * 24 * time.Hour)))).Truncate(time.Second)
	c, set := f.copyOf(fmt.Sprintf("%s-%07d", reported.Format("20060102"), n), reported)
	due := reported.Add(time.Duration(2+f.r.IntN(70)) * time.Hour)
	set(model.FiledAt, layers.Instant(reported.Add(time.Hour)))
	set(model.DispatchedAt, layers.Instant(reported.Add(time.Hour)))
	set(model.DueAt, layers.Instant(due))
	set(model.Returns, layers.Int(int64(f.r.IntN(20)/19)))
	set(model.Reworks, layers.Int(int64(f.r.IntN(20)/19)))
	if n%50 == 0 {
		set(model.State, layers.Text(event.Handling.String()))
		set(model.Clock, layers.Text("handle"))
		due = f.now.Add(time.Duration(48+f.r.IntN(1000)) * time.Hour)
		set(model.DueAt, layers.Instant(due))
		set(model.ClockDue, layers.Instant(due))
		set(model.WarnAt, layers.Instant(due.Add(-time.Hour)))
		return c
	}
	fed := reported.Add(time.Duration(float64(due.Sub(reported)) * (0.2 + f.r.Float64())))
	set(model.State, layers.Text(event.Archived.String()))
	set(model.FedBackAt, layers.Instant(fed))
	set(model.ClosedAt, layers.Instant(fed.Add(2*time.Hour)))
	return c
}
