package osm

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/paulmach/orb"

	"wutu/data/ingest"
	"wutu/data/osm/pbf"
	"wutu/geo/predicate"
	"wutu/layers"
)

// node stores a node's place and emits its features.
func (d *decoder) node(n *pbf.Node) error {
	d.counts["node"]++
	d.places.put(n.ID, n.Lon, n.Lat)
	if d.targets = classify(d.targets[:0], n.Tags, pbf.Nodes, false); len(d.targets) == 0 {
		d.counts["skipped"]++
		return nil
	}
	for _, t := range d.targets {
		d.emit("n", n.ID, t, n.Tags, point(n.Lon, n.Lat), nil)
	}
	return nil
}

// way emits the features of a way.
func (d *decoder) way(w *pbf.Way) error {
	ring := closed(w.Refs)
	if d.targets = classify(d.targets[:0], w.Tags, pbf.Ways, ring); len(d.targets) == 0 {
		d.counts["skipped"]++
		return nil
	}
	line, missing := d.line(w.Refs)
	for _, t := range d.targets {
		if t.layer == boundaries && d.ways.wanted(w.ID) {
			continue // a part of a boundary, which is the feature
		}
		var g orb.Geometry
		err := missing
		switch {
		case err != nil:
		case t.as == asArea && !ring:
			err = wrong("the way has %d nodes and is not a closed ring of 4", len(w.Refs))
		case t.as == asArea:
			g = orb.Polygon{orb.Ring(line)}
		case t.as != asArea && len(line) < 2:
			err = wrong("a line needs 2 nodes, the way has %d", len(line))
		case t.as == asLine:
			if g = line; t.layer == roads && reversed(w.Tags) {
				back := slices.Clone(line)
				back.Reverse()
				g = back
			}
		case ring:
			g = predicate.InteriorPoint(orb.Polygon{orb.Ring(line)})
		default:
			g = predicate.InteriorPoint(line)
		}
		d.emit("w", w.ID, t, w.Tags, g, err)
	}
	return nil
}

// relation emits the features of an area relation.
func (d *decoder) relation(r *pbf.Relation) error {
	if isArea(r.Tags) {
		d.targets = classify(d.targets[:0], r.Tags, pbf.Relations, true)
	} else {
		d.targets = d.targets[:0]
	}
	if len(d.targets) == 0 {
		d.counts["skipped"]++
		return nil
	}
	area, broken := d.area(r.Members)
	for _, t := range d.targets {
		g, err := area, broken
		if err == nil && t.as == asPoint {
			g = predicate.InteriorPoint(area)
		}
		d.emit("r", r.ID, t, r.Tags, g, err)
	}
	return nil
}

// area builds the polygons of a relation from its ways.
func (d *decoder) area(members []pbf.Member) (orb.Geometry, *layers.Error) {
	var ways [][]int64
	seen := map[int64]bool{}
	vertices := 0
	for _, m := range members {
		if m.Kind != pbf.Ways || seen[m.ID] {
			continue
		}
		seen[m.ID] = true
		refs, ok := d.ways.get(m.ID)
		if !ok {
			return nil, wrong("way %d is not in the file", m.ID)
		}
		if vertices += len(refs); vertices > ingest.MaxVertices {
			return nil, &layers.Error{Kind: layers.TooLarge, Op: "osm", Field: "geometry", Err: fmt.Errorf("more than %d nodes", ingest.MaxVertices)}
		}
		ways = append(ways, refs)
	}
	if len(ways) == 0 {
		return nil, wrong("the relation has no ways")
	}
	closedRings, err := assemble(ways)
	if err != nil {
		return nil, wrong("%w", err)
	}
	if len(closedRings) == 0 {
		return nil, wrong("its ways enclose nothing")
	}
	rings := make([]orb.Ring, 0, len(closedRings))
	for _, refs := range closedRings {
		line, missing := d.line(refs)
		if missing != nil {
			return nil, missing
		}
		rings = append(rings, orb.Ring(line))
	}
	return nest(rings), nil
}

// line looks up the places of nodes.
func (d *decoder) line(refs []int64) (orb.LineString, *layers.Error) {
	line := make(orb.LineString, len(refs))
	for i, id := range refs {
		p, ok := d.places.at(id)
		if !ok {
			return nil, wrong("node %d is not in the file", id)
		}
		line[i] = p
	}
	return line, nil
}

func wrong(format string, args ...any) *layers.Error {
	return &layers.Error{Kind: layers.Invalid, Op: "osm", Field: "geometry", Err: fmt.Errorf(format, args...)}
}

// emit queues a record.
func (d *decoder) emit(prefix string, id int64, t target, tags pbf.Tags, g orb.Geometry, err *layers.Error) {
	d.record++
	key := prefix + strconv.FormatInt(id, 10)
	r := ingest.Raw{Layer: t.layer, Record: d.record, At: key, ID: key, Err: err}
	if err == nil {
		v := values(t.layer, tags, id)
		r.Shape, r.Names, r.Values = g, v.names, v.values
	}
	d.queue = append(d.queue, r)
}
