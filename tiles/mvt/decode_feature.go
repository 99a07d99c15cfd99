package mvt

import "math"

func (r *reader) feature(l *Layer) Feature {
	var f Feature
	var geometry *reader
	for r.more() {
		field, wire := r.key()
		switch field {
		case featureID:
			f.ID, f.HasID = r.number(wire), true
		case featureTags:
			r.tags(l, &f, r.block(wire))
		case featureType:
			t := r.number(wire)
			if t < uint64(Points) || t > uint64(Polygons) {
				r.fail("geometry type %d", t)
			}
			f.Geometry.Type = GeomType(t)
		case featureGeometry:
			if geometry != nil {
				r.fail("a feature with two geometries")
			}
			geometry = r.block(wire)
		default:
			r.skip(wire)
		}
	}
	switch {
	case r.err != nil:
	case f.Geometry.Type == Unknown:
		r.fail("a feature without a geometry type")
	case geometry == nil:
		r.fail("a feature without a geometry")
	default:
		geometry.geometry(&f.Geometry)
		r.err = geometry.err
	}
	return f
}

func (r *reader) tags(l *Layer, f *Feature, sub *reader) {
	for sub.more() {
		k := sub.uvarint()
		if !sub.more() {
			sub.fail("an odd number of tags")
			break
		}
		v := sub.uvarint()
		if k >= uint64(len(l.Keys)) || v >= uint64(len(l.Values)) {
			sub.fail("tag %d=%d in a layer of %d keys and %d values", k, v, len(l.Keys), len(l.Values))
			break
		}
		f.Tags = append(f.Tags, Tag{l.Keys[k], l.Values[v]})
	}
	if r.err == nil {
		r.err = sub.err
	}
}

// geometry reads commands by the grammar of section 4.3.4.
func (r *reader) geometry(g *Geometry) {
	var at XY
	step := func() {
		dx, dy := unzigzag(r.uvarint()), unzigzag(r.uvarint())
		x, y := int64(at.X)+dx, int64(at.Y)+dy
		if dx != int64(int32(dx)) || dy != int64(int32(dy)) || x != int64(int32(x)) || y != int64(int32(y)) {
			r.fail("a coordinate beyond 32 bits")
			return
		}
		at = XY{int32(x), int32(y)}
		g.Coords = append(g.Coords, at)
	}
	expect := func(id uint64) int {
		c := r.uvarint()
		if r.err != nil {
			return 0
		}
		n := c >> 3
		switch {
		case c > math.MaxUint32 || c&7 != id:
			r.fail("command %d where %d is expected", c&7, id)
		case n == 0:
			r.fail("command %d without count", id)
		case id == cmdMoveTo && g.Type != Points && n != 1 || id == cmdClosePath && n != 1:
			r.fail("command %d with count %d", id, n)
		case id == cmdLineTo && g.Type == Polygons && n < 2:
			r.fail("a ring of %d points", n+1)
		case id != cmdClosePath && n > uint64(len(r.b)-r.pos)/2:
			r.fail("%d points announced, %d bytes are left", n, len(r.b)-r.pos)
		default:
			return int(n)
		}
		return 0
	}
	if !r.more() {
		r.fail("an empty geometry")
	}
	for r.more() {
		for range expect(cmdMoveTo) {
			step()
		}
		if g.Type != Points {
			for range expect(cmdLineTo) {
				step()
			}
		}
		if g.Type == Polygons {
			expect(cmdClosePath)
		}
		if g.Type == Points && r.more() {
			r.fail("more than one command in a point geometry")
		}
		g.Ends = append(g.Ends, len(g.Coords))
	}
}
