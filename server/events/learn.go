package events

import (
	"context"
	"encoding/json"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/model"
	"wutu/server/ground"
)

// What is learned from, and how often.
const (
	learnEvery  = 24 * time.Hour
	learnCases  = 4_000 // the newest
	learnExactM = 10    // places known better than that
)

// Learn works out from past cases how likely events are in dedicated grids, and
// keeps it for proofs of place to come. Proofs made before keep what they were
// made with. It costs a look around per case.
func (e *Events) Learn(ctx context.Context) error {
	v := e.o.City.View()
	l, ok := v.Layer(model.Events)
	if !ok || l.FieldIndex(model.State) < 0 || l.FieldIndex(model.Accuracy) < 0 || l.FieldIndex(model.ReportedAt) < 0 {
		return nil
	}
	exact := layers.Compare{Op: layers.Le, Left: layers.Property{Name: model.Accuracy}, Right: layers.Literal{Value: layers.Float(learnExactM)}}
	q := layers.Query{Subject: layers.SystemSubject(), Layer: l.ID, Limit: learnCases, Sort: []layers.SortKey{{Field: model.ReportedAt, Desc: true}},
		Filter: layers.And{Args: []layers.Expr{inStates(event.Closed, event.Archived), exact}}}
	var past []duty.Past
	editions := e.book.Editions(ctx)
	for row, err := range v.Select(ctx, q) {
		if err != nil {
			return err
		}
		p, isPoint := row.Geometry().(orb.Point)
		if k, known := editions.Class("", text(l, row, model.Class)); known && isPoint {
			past = append(past, duty.Past{Class: k, Point: p})
		}
	}
	odds := duty.LearnOdds(ground.New(ctx, v, layers.SystemSubject()), func(yield func(duty.Past) bool) {
		for _, p := range past {
			if ctx.Err() != nil || !yield(p) {
				return
			}
		}
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	data, err := json.Marshal(odds)
	if err != nil {
		return err
	}
	_, err = e.o.City.Apply(ctx, layers.Batch{Actor: layers.SystemSubject().ID, At: e.o.Now().UTC(),
		Records: []layers.Record{{Bucket: ground.OddsBucket, Key: ground.OddsKey, Data: data, Expires: e.o.Now().Add(learnEvery)}}})
	return err
}

// learned reports whether what was learned last still counts.
func (e *Events) learned(ctx context.Context) (bool, error) {
	data, err := layers.RecordOf(ctx, e.o.Records, ground.OddsBucket, ground.OddsKey)
	return data != nil, err
}
