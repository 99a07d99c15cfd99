package fence

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/fence"
	"wutu/layers/live"
	"wutu/layers/model"
)

// follower follows the city for one watch. Its methods are for one goroutine.
type follower struct {
	office *Office
	watch  Watch

	fences   *fence.Fences
	tracker  *fence.Tracker
	mark     mark
	listener *live.Listener

	fencesAre, objectsAre *cql2.Program // nil: all
	objectLayer           *layers.Layer
	fixedAt, accuracy     int // fields of the objects, -1 for none
}

// Fits reports whether a watch is the one that is followed.
func (f *follower) Fits(w *Watch) bool { return reflect.DeepEqual(&f.watch, w) }

// again is how long a follower waits after a failure.
const again = 5 * time.Second

// maxWait is how often dwell times are looked at when nothing moves.
const maxWait = time.Second

// Run follows the city until ctx ends.
func (f *follower) Run(ctx context.Context) {
	for ctx.Err() == nil {
		err := f.begin(ctx)
		for err == nil {
			err = f.next(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, live.ErrReset) { // too far behind: begin with the present state
			continue
		}
		f.office.o.Log.Error("a watch of fences is interrupted", "watch", f.watch.ID, "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
}

// begin reads the states and looks at the present city: at every object whose fence
// changed or that moved since.
func (f *follower) begin(ctx context.Context) error {
	o := f.office.o
	var err error
	if f.mark, err = f.office.mark(ctx, f.watch.ID); err != nil {
		return err
	}
	// The position comes before the view: what happens between comes twice and is known.
	f.listener = o.City.Listen(f.mark.Seq)
	behind := f.mark.Seq > 0 && !f.listener.Missed()
	if !behind {
		f.listener = o.City.Listen(0)
	}
	v := o.City.View()
	fenceLayer, ok := v.Layer(f.watch.Fences.Layer)
	objectLayer, ok2 := v.Layer(f.watch.Objects.Layer)
	if !ok || !ok2 {
		return &layers.Error{Kind: layers.NotFound, Op: "fence", ID: f.watch.ID, Err: errors.New("a layer of the watch does not exist")}
	}
	if f.fencesAre, err = f.watch.Fences.program(fenceLayer); err == nil {
		f.objectsAre, err = f.watch.Objects.program(objectLayer)
	}
	if err != nil {
		return err
	}
	f.objectLayer, f.fixedAt, f.accuracy = objectLayer, objectLayer.FieldIndex(model.FixedAt), objectLayer.FieldIndex(model.Accuracy)
	f.fences = fence.NewFences()
	f.tracker = fence.NewTracker(f.fences, f.watch.rules())
	for row, err := range v.Unordered(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: fenceLayer.ID}) {
		if err != nil {
			return err
		}
		if f.fencesAre == nil || f.fencesAre.Match(row) {
			f.fences.Put(strings.Clone(row.ID()), row.Geometry())
		}
	}
	if err := f.restore(ctx); err != nil {
		return err
	}
	b := f.tracker.Begin()
	told := b.ReconsiderAll(o.Now())
	if behind { // every change since is still to come
		return f.store(ctx, b, told, f.mark.Seq)
	}
	seen := make(map[string]bool)
	var fixes []fence.Fix
	for row, err := range v.Unordered(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: objectLayer.ID}) {
		if err != nil {
			return err
		}
		if x, ok := f.fix(row, o.Now()); ok {
			fixes = append(fixes, x)
			seen[x.Object] = true
		}
	}
	known := f.tracker.Objects()
	slices.Sort(known)
	for _, id := range known {
		if !seen[id] {
			told = append(told, b.Drop(id, o.Now())...)
		}
	}
	moved, _ := b.Move(fixes)
	return f.store(ctx, b, append(told, moved...), v.Seq())
}

// restore reads the states of the objects.
func (f *follower) restore(ctx context.Context) error {
	for x, err := range f.office.o.Records.Records(ctx, bucketJournal, f.watch.ID+"/") {
		if err != nil {
			return err
		}
		number, err := numberOf(x.Key)
		if err == nil {
			err = f.tracker.Load(fence.Segment{Number: number, Data: x.Data})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fix is where an object is; ok is false for one that is not watched.
func (f *follower) fix(row layers.Row, at time.Time) (x fence.Fix, ok bool) {
	g := row.Geometry()
	if g == nil || f.objectsAre != nil && !f.objectsAre.Match(row) {
		return x, false
	}
	x = fence.Fix{Object: strings.Clone(row.ID()), At: at}
	if p, isPoint := g.(orb.Point); isPoint {
		x.Point = p
	} else {
		x.Point = predicate.InteriorPoint(g)
	}
	if f.fixedAt >= 0 {
		if t := row.Value(f.fixedAt); !t.IsNull() {
			x.At = t.Time()
		}
	}
	if f.accuracy >= 0 {
		if a := row.Value(f.accuracy); !a.IsNull() {
			x.AccuracyM = a.Float()
		}
	}
	return x, true
}

// next waits for changes, or until dwell times may have passed, and takes them.
func (f *follower) next(ctx context.Context) error {
	wait, cancel := context.WithTimeout(ctx, maxWait)
	deltas, err := f.listener.Next(wait)
	cancel()
	if err != nil && (ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded)) {
		return err
	}
	b := f.tracker.Begin()
	var told []fence.Transition
	var fixes []fence.Fix
	flush := func() {
		list, _ := b.Move(fixes)
		told, fixes = append(told, list...), fixes[:0]
	}
	seq := f.mark.Seq
	for i := range deltas {
		d := &deltas[i]
		seq = d.Seq
		if d.Op == layers.Define && (d.Layer == f.watch.Fences.Layer || d.Layer == f.watch.Objects.Layer) {
			return live.ErrReset // other fields: begin anew
		}
		if d.Layer == f.watch.Fences.Layer {
			flush()
			var shape orb.Geometry
			if d.New != nil && (f.fencesAre == nil || f.fencesAre.Match(d.New)) {
				shape = d.New.Shape
			}
			f.fences.Put(d.ID, shape)
			told = append(told, b.Reconsider(d.At, d.ID)...)
		}
		if d.Layer != f.watch.Objects.Layer {
			continue
		}
		if d.New != nil {
			if x, ok := f.fix(d.New, d.At); ok {
				fixes = append(fixes, x)
				continue
			}
		}
		flush()
		told = append(told, b.Drop(d.ID, d.At)...)
	}
	flush()
	told = append(told, b.Tick(f.office.o.Now())...)
	return f.store(ctx, b, told, seq)
}

// store keeps what a batch told and the states it leaves, then makes them the
// tracker's.
func (f *follower) store(ctx context.Context, b *fence.Batch, told []fence.Transition, seq uint64) error {
	if b.Len() == 0 && len(told) == 0 {
		f.mark.Seq = seq
		return nil
	}
	now := f.office.o.Now().UTC()
	next := mark{Told: f.mark.Told, Seq: seq}
	out := make([]Told, len(told))
	for i := range told {
		next.Told++
		out[i] = toldOf(f.watch.ID, next.Told, &told[i])
	}
	records, err := toldRecords(f.watch.ID, out, now.Add(keepTold))
	if err != nil {
		return err
	}
	segment, over := b.Segment()
	if segment.Number > 0 {
		records = append(records, layers.Record{Bucket: bucketJournal, Key: numberKey(f.watch.ID, segment.Number), Data: segment.Data})
	}
	for _, number := range over {
		records = append(records, layers.Record{Bucket: bucketJournal, Key: numberKey(f.watch.ID, number)})
	}
	data, err := json.Marshal(next)
	if err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "fence", ID: f.watch.ID, Err: err}
	}
	records = append(records, layers.Record{Bucket: bucketMark, Key: f.watch.ID, Data: data})
	if _, err := f.office.o.City.Apply(ctx, layers.Batch{Actor: layers.SystemSubject().ID, At: now, Records: records}); err != nil {
		return err
	}
	b.Commit()
	f.mark = next
	if len(told) > 0 {
		f.office.tell(f.watch.ID, out)
	}
	return nil
}
