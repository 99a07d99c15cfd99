package search

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
)

// City is what the index asks of the city.
type City interface {
	View() *live.View
	Listen(since uint64) *live.Listener
}

// Index keeps the searchable texts of all layers. Texts are written when first
// needed. Safe for concurrent use.
type Index struct {
	city City

	mu     sync.Mutex // guards layers; building a layer holds its own lock
	layers map[string]*layerIndex
	seq    uint64 // changes up to here are in the texts
}

// layerIndex is one layer's texts.
type layerIndex struct {
	mu       sync.Mutex
	built    bool
	layer    *layers.Layer
	open     *text           // values everybody who may list the layer may search
	personal *text           // values for cleared subjects
	changed  map[string]bool // ids whose lines in the texts are out of date
}

// changedMost is the number of changed features beyond which a layer is written
// anew: they are searched one by one.
const changedMost = 2_000

// New returns an index over the city. It costs nothing until the first search.
func New(city City) *Index {
	return &Index{city: city, layers: make(map[string]*layerIndex), seq: city.View().Seq()}
}

// Run follows the city's changes until ctx ends, so that searches see them, and
// writes the texts before somebody waits for them. Without it, an Index answers
// from the state at its first search.
func (x *Index) Run(ctx context.Context) {
	for _, l := range x.city.View().Layers() {
		if _, _, err := x.ready(ctx, l); err != nil {
			break // whoever searches will be told
		}
	}
	for ctx.Err() == nil {
		x.follow(ctx)
		t := time.NewTimer(time.Second / 4)
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// follow applies changes until some are lost; then the layers that they were of are
// forgotten, to be written anew from the present state.
func (x *Index) follow(ctx context.Context) {
	listener := x.city.Listen(x.seen())
	for {
		deltas, err := listener.Next(ctx)
		if errors.Is(err, live.ErrReset) {
			listener = x.forget()
			continue
		}
		if err != nil {
			return
		}
		for i := range deltas {
			x.apply(&deltas[i])
		}
		x.mu.Lock()
		x.seq = deltas[len(deltas)-1].Seq
		x.mu.Unlock()
	}
}

func (x *Index) seen() uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.seq
}

// forget forgets the layers of which changes were lost, and applies those of the others.
// It returns a listener for what comes behind them.
func (x *Index) forget() *live.Listener {
	x.mu.Lock()
	kept := []string{}
	for id := range x.layers {
		if x.city.Listen(x.seq).Of([]string{id}).Missed() {
			delete(x.layers, id)
		} else {
			kept = append(kept, id)
		}
	}
	others := x.city.Listen(x.seq).Of(kept)
	x.mu.Unlock()
	deltas, err := others.Pending()
	if err != nil { // more were lost meanwhile, or the city is closed
		x.mu.Lock()
		x.layers = make(map[string]*layerIndex)
		x.mu.Unlock()
		others = x.city.Listen(0)
	}
	for i := range deltas {
		x.apply(&deltas[i])
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.seq = others.Seq()
	return x.city.Listen(x.seq)
}

func (x *Index) apply(d *live.Delta) {
	x.mu.Lock()
	l := x.layers[d.Layer]
	if d.Op == layers.Define {
		delete(x.layers, d.Layer)
		l = nil
	}
	x.mu.Unlock()
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.built || sameTexts(l.layer, d.Old, d.New) {
		return
	}
	l.changed[d.ID] = true
	if len(l.changed) > changedMost {
		l.built = false // written anew by the next search
	}
}

// sameTexts reports whether a change leaves what is searched as it is: movers
// change place every second and their plates never.
func sameTexts(l *layers.Layer, before, after *layers.Feature) bool {
	if before == nil || after == nil {
		return false
	}
	for i := range l.Fields {
		if searched(l, i) && before.Value(i) != after.Value(i) {
			return false
		}
	}
	return true
}

// searched reports whether field i of l is searched: those declared so, and the
// title where none is.
func searched(l *layers.Layer, i int) bool {
	if l.Fields[i].Search {
		return true
	}
	return l.Fields[i].Name == l.TitleField && !slices.ContainsFunc(l.Fields, func(f layers.Field) bool { return f.Search })
}

// ready returns the layer's index, written if need be, and a copy of its changed
// ids in order.
func (x *Index) ready(ctx context.Context, l *layers.Layer) (*layerIndex, []string, error) {
	x.mu.Lock()
	li := x.layers[l.ID]
	if li == nil {
		li = &layerIndex{}
		x.layers[l.ID] = li
	}
	x.mu.Unlock()
	li.mu.Lock()
	defer li.mu.Unlock()
	if !li.built {
		if err := li.build(ctx, x.city.View(), l.ID); err != nil {
			return nil, nil, err
		}
	}
	ids := make([]string, 0, len(li.changed))
	for id := range li.changed {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return &layerIndex{layer: li.layer, open: li.open, personal: li.personal, changed: li.changed}, ids, nil
}

// build writes the layer's texts from the present state.
func (li *layerIndex) build(ctx context.Context, v *live.View, id string) error {
	l, ok := v.Layer(id)
	if !ok {
		return &layers.Error{Kind: layers.NotFound, Op: "search", Layer: id, Err: errors.New("no such layer")}
	}
	open, personal := &text{}, &text{}
	var shown, hidden []string
	for row, err := range v.Unordered(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: id}) {
		if err != nil {
			return err
		}
		shown, hidden = values(l, row, shown[:0], hidden[:0])
		if len(shown)+len(hidden) == 0 || strings.ContainsAny(row.ID(), "\n\x1f\x1e") {
			continue
		}
		at, ok := row.Point()
		if !ok {
			at = orb.Point{}
		}
		if len(shown) > 0 {
			open.add(row.ID(), at, shown)
		}
		if len(hidden) > 0 {
			personal.add(row.ID(), at, append(hidden, shown...))
		}
	}
	open.done()
	personal.done()
	li.layer, li.open, li.personal, li.changed, li.built = l, open, personal, make(map[string]bool), true
	return nil
}

// values appends the normalised searchable values of a row, the personal ones
// apart.
func values(l *layers.Layer, row layers.Row, shown, hidden []string) (open, personal []string) {
	for i := range l.Fields {
		if !searched(l, i) {
			continue
		}
		v := normalise(row.Value(i).String())
		switch {
		case v == "":
		case l.Fields[i].Personal:
			hidden = append(hidden, v)
		default:
			shown = append(shown, v)
		}
	}
	return shown, hidden
}

// Bytes is the memory the texts take.
func (x *Index) Bytes() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := 0
	for _, l := range x.layers {
		l.mu.Lock()
		if l.built {
			n += l.open.size() + l.personal.size()
		}
		l.mu.Unlock()
	}
	return n
}
