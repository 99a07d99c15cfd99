package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/server/param"
)

// interest is what a client asked to follow, limited to what it may list.
type interest struct {
	subject layers.Subject
	follows []follow // in order of layer id
	boxes   []orb.Bound
	filter  layers.Expr
}

type follow struct {
	layer   *layers.Layer
	program *cql2.Program
	access  access.Decision
}

func newInterest(ctx context.Context, v *live.View, subject layers.Subject, in *openapi.Input) (*interest, error) {
	n := &interest{subject: subject}
	var err error
	if n.boxes, err = param.BBox("bbox", in.Text("bbox"), param.LonLat()); err != nil {
		return nil, err
	}
	if n.filter, err = param.Filter("filter", in.Text("filter")); err != nil {
		return nil, err
	}
	ids := in.List("layers")
	if ids == nil {
		for _, l := range v.Layers() {
			if access.MayList(&subject, l) == nil {
				ids = append(ids, l.ID)
			}
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		l, err := param.Listable(v, &subject, id)
		if err != nil {
			return nil, param.At("layers", err)
		}
		decision := access.Decide(&subject, l)
		f := follow{layer: l, access: decision}
		if f.program, err = cql2.Compile(n.filter, l); err != nil {
			return nil, param.At("filter", err)
		}
		if err := decision.MayFilter(l, n.filter, f.program); err != nil {
			return nil, param.At("filter", err)
		}
		if err := live.NoteRead(ctx, &subject, l, "stream of "+in.Text("filter")+" "+in.Text("bbox")); err != nil {
			return nil, err
		}
		n.follows = append(n.follows, f)
	}
	if len(n.follows) == 0 {
		return nil, &layers.Error{Kind: layers.Invalid, Op: "stream", Field: "layers", Err: errors.New("names no layer to follow")}
	}
	return n, nil
}

func (n *interest) follow(layer string) *follow {
	i, ok := slices.BinarySearchFunc(n.follows, layer, func(f follow, id string) int { return strings.Compare(f.layer.ID, id) })
	if !ok {
		return nil
	}
	return &n.follows[i]
}

// sees reports whether state f of a feature is of interest and may be listed.
func (n *interest) sees(v *live.View, w *follow, f *layers.Feature) bool {
	if f == nil || !w.program.Match(f) || !n.inBoxes(f.Shape) {
		return false
	}
	return v.Admits(&n.subject, w.layer.ID, f)
}

func (n *interest) inBoxes(g orb.Geometry) bool {
	if n.boxes == nil {
		return true
	}
	if g == nil {
		return false
	}
	for _, b := range n.boxes {
		if b.Intersects(g.Bound()) && predicate.Intersects(b.ToPolygon(), g) {
			return true
		}
	}
	return false
}

// message is what one client sees of a stretch of the feed.
type message struct {
	seq     uint64 // of the last entry
	entries []entry
	tiles   map[string]*cover
}

// entry is the sum of the changes of one feature.
type entry struct {
	seq     uint64
	follow  *follow
	id      string
	feature *layers.Feature // nil: gone, for this client
}

// featureKey names a feature across layers.
type featureKey struct{ layer, id string }

// message folds deltas: per feature the state before the first and after the
// last of them. It returns nil when the client may see none of it, and
// errRedefined when a followed layer has a new definition.
func (n *interest) message(v *live.View, deltas []live.Delta) (*message, error) {
	type fold struct {
		first, last int
	}
	folds := make(map[featureKey]fold)
	var order []featureKey
	for i := range deltas {
		d := &deltas[i]
		if n.follow(d.Layer) == nil {
			continue
		}
		if d.Op == layers.Define {
			return nil, errRedefined
		}
		k := featureKey{d.Layer, d.ID}
		f, ok := folds[k]
		if !ok {
			f.first = i
			order = append(order, k)
		}
		f.last = i
		folds[k] = f
	}
	m := &message{tiles: make(map[string]*cover)}
	for _, k := range order {
		f := folds[k]
		w := n.follow(k.layer)
		before, after := deltas[f.first].Old, deltas[f.last].New
		sawBefore, seesAfter := n.sees(v, w, before), n.sees(v, w, after)
		if !sawBefore && !seesAfter {
			continue
		}
		e := entry{seq: deltas[f.last].Seq, follow: w, id: k.id}
		c := m.tiles[k.layer]
		if c == nil {
			c = newCover()
			m.tiles[k.layer] = c
		}
		if sawBefore {
			c.add(before.Shape)
		}
		if seesAfter {
			e.feature = after
			c.add(after.Shape)
		}
		m.entries = append(m.entries, e)
	}
	if len(m.entries) == 0 {
		return nil, nil
	}
	slices.SortFunc(m.entries, func(a, b entry) int { return int(a.seq) - int(b.seq) })
	m.seq = m.entries[len(m.entries)-1].seq
	return m, nil
}

func (m *message) encode() []byte {
	b := append([]byte(`{"seq":`), strconv.FormatUint(m.seq, 10)...)
	b = append(b, `,"changes":[`...)
	for i := range m.entries {
		e := &m.entries[i]
		if i > 0 {
			b = append(b, ',')
		}
		op := layers.Delete
		if e.feature != nil {
			op = layers.Put
		}
		b = fmt.Appendf(b, `{"seq":%d,"layer":"%s","op":"%s","id":`, e.seq, e.follow.layer.ID, op)
		b = geojson.AppendString(b, e.id)
		if e.feature != nil {
			b = append(b, `,"feature":`...)
			enc := geojson.Encoder{Layer: e.follow.layer, Sights: e.follow.access.Sights}
			b = enc.Append(b, e.feature, i)
		}
		b = append(b, '}')
	}
	b = append(b, `],"tiles":{`...)
	ids := make([]string, 0, len(m.tiles))
	for id := range m.tiles {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = geojson.AppendString(b, id)
		b = append(b, ':')
		b = m.tiles[id].append(b)
	}
	return append(b, "}}"...)
}
