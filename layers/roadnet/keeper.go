package roadnet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"wutu/layers"
	"wutu/layers/live"
)

// City is what a Keeper asks of the city.
type City interface {
	View() *live.View
	Listen(since uint64) *live.Listener
}

// Keeper keeps the networks of a city's road layers. All methods are safe for
// concurrent use.
type Keeper struct {
	city    City
	running atomic.Bool

	mu    sync.Mutex
	known map[string]*kept
}

// kept is the network of one layer.
type kept struct {
	present atomic.Pointer[built]
	turn    chan struct{} // holds a token while nobody builds
}

// built is a network and the state of the layer it was made of.
type built struct {
	graph *Graph
	seq   uint64
}

// NewKeeper returns a Keeper without networks: each is built when first asked for.
func NewKeeper(c City) *Keeper { return &Keeper{city: c, known: make(map[string]*kept)} }

// Graph returns the network of a layer of lines. The first call builds it. When
// the roads have changed since, the answer is the network before the change as
// long as Run is at work, which builds the next in the background; without Run it
// is built at once. Errors: NotFound for a layer that does not exist, Invalid for
// one that holds no lines, TooLarge, those of ctx.
func (k *Keeper) Graph(ctx context.Context, layer string) (*Graph, error) {
	v := k.city.View()
	l, ok := v.Layer(layer)
	if !ok {
		return nil, &layers.Error{Kind: layers.NotFound, Op: "roads", Layer: layer, Err: errors.New("no such layer")}
	}
	if l.Geometry != layers.LineString && l.Geometry != layers.MultiLineString {
		return nil, &layers.Error{Kind: layers.Invalid, Op: "roads", Layer: layer, Field: "roads", Err: fmt.Errorf("is a layer of %s, not of lines", l.Geometry)}
	}
	e := k.entry(layer)
	if b := e.present.Load(); b != nil && (b.seq == v.LayerSeq(layer) || k.running.Load()) {
		return b.graph, nil
	}
	return k.build(ctx, e, layer)
}

func (k *Keeper) entry(layer string) *kept {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.known[layer]
	if e == nil {
		e = &kept{turn: make(chan struct{}, 1)}
		e.turn <- struct{}{}
		k.known[layer] = e
	}
	return e
}

// build makes the network of the present roads, once for all who wait for it.
func (k *Keeper) build(ctx context.Context, e *kept, layer string) (*Graph, error) {
	select {
	case <-e.turn:
		defer func() { e.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	v := k.city.View()
	seq := v.LayerSeq(layer)
	if b := e.present.Load(); b != nil && b.seq == seq {
		return b.graph, nil
	}
	l, ok := v.Layer(layer)
	if !ok {
		return nil, &layers.Error{Kind: layers.NotFound, Op: "roads", Layer: layer, Err: errors.New("no such layer")}
	}
	g, err := Build(ctx, l, v.Rows(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: layer}))
	if err != nil {
		return nil, err
	}
	e.present.Store(&built{graph: g, seq: seq})
	return g, nil
}

// Run builds the networks anew that somebody has asked for, whenever their roads
// change, until ctx ends. One Run at a time. What goes wrong is told to failed,
// and tried again with the next change.
func (k *Keeper) Run(ctx context.Context, failed func(error)) {
	k.running.Store(true)
	defer k.running.Store(false)
	for ctx.Err() == nil {
		l := k.city.Listen(0)
		k.refresh(ctx, nil, failed)
		for {
			deltas, err := l.Next(ctx)
			if layers.KindOf(err) == layers.Conflict && err != nil {
				break // too far behind: look at all of them
			}
			if err != nil {
				return
			}
			changed := make(map[string]bool)
			for i := range deltas {
				changed[deltas[i].Layer] = true
			}
			k.refresh(ctx, changed, failed)
		}
	}
}

// refresh builds the known networks of changed layers, of all when it is nil.
func (k *Keeper) refresh(ctx context.Context, changed map[string]bool, failed func(error)) {
	k.mu.Lock()
	stale := make(map[string]*kept)
	for layer, e := range k.known {
		if e.present.Load() != nil && (changed == nil || changed[layer]) {
			stale[layer] = e
		}
	}
	k.mu.Unlock()
	for layer, e := range stale {
		if _, err := k.build(ctx, e, layer); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}
