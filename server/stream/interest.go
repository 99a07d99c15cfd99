package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/server/openapi"
	"wutu/server/param"
)

// interest is what a client asked to follow, limited to what it may list.
type interest struct {
	subject layers.Subject
	follows []follow // in order of layer id
	layers  []string // their ids
	boxes   []orb.Bound
	filter  layers.Expr
}

type follow struct {
	layer   *layers.Layer
	program *cql2.Program
	access  access.Decision
	sights  string // of access, as a key
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
		f := follow{layer: l, access: decision, sights: fmt.Sprint(decision.Sights)}
		if f.program, err = cql2.Compile(n.filter, l); err != nil {
			return nil, param.At("filter", err)
		}
		if err := decision.MayFilter(l, n.filter, f.program); err != nil {
			return nil, param.At("filter", err)
		}
		if err := live.NoteRead(ctx, &subject, l, "stream of "+in.Text("filter")+" "+in.Text("bbox")); err != nil {
			return nil, err
		}
		n.follows, n.layers = append(n.follows, f), append(n.layers, id)
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

// key is a text that is the same for interests that see the same: the layers with
// what may be seen of them, the boxes and the filter.
func (n *interest) key() string {
	var b strings.Builder
	for i := range n.follows {
		f := &n.follows[i]
		fmt.Fprintf(&b, "%s %q\n", f.layer.ID, f.access.Scope())
	}
	fmt.Fprintf(&b, "%v\n%s", n.boxes, cql2.Format(n.filter))
	return b.String()
}

// sees reports whether state f of a feature is of interest and may be listed.
func (n *interest) sees(w *follow, admits func(*layers.Feature) bool, f *layers.Feature) bool {
	return f != nil && w.program.Match(f) && n.inBoxes(f.Shape) && admits(f)
}

func (n *interest) inBoxes(g orb.Geometry) bool {
	if n.boxes == nil {
		return true
	}
	if g == nil {
		return false
	}
	bound := g.Bound()
	for _, b := range n.boxes {
		if b.Intersects(bound) && (b.Contains(bound.Min) && b.Contains(bound.Max) || predicate.Intersects(b.ToPolygon(), g)) {
			return true
		}
	}
	return false
}

// far reports that a change concerns no box: neither what was nor what is comes near one.
func (n *interest) far(d *live.Delta) bool {
	if n.boxes == nil {
		return false
	}
	for _, f := range [...]*layers.Feature{d.Old, d.New} {
		if f == nil || f.Shape == nil {
			continue
		}
		bound := f.Shape.Bound()
		for i := range n.boxes {
			if n.boxes[i].Intersects(bound) {
				return false
			}
		}
	}
	return true
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
	followed := false
	for i := range deltas {
		d := &deltas[i]
		if i == 0 || d.Layer != deltas[i-1].Layer {
			followed = n.follow(d.Layer) != nil
		}
		if !followed {
			continue
		}
		if d.Op == layers.Define {
			return nil, errRedefined
		}
		if n.far(d) { // what lies between two others changes nothing in what they come to
			continue
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
	admitters := make(map[string]func(*layers.Feature) bool, len(n.follows))
	for _, k := range order {
		f := folds[k]
		w := n.follow(k.layer)
		admits := admitters[k.layer]
		if admits == nil {
			admits = v.Admitter(&w.access, k.layer)
			admitters[k.layer] = admits
		}
		before, after := deltas[f.first].Old, deltas[f.last].New
		sawBefore, seesAfter := n.sees(w, admits, before), n.sees(w, admits, after)
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
