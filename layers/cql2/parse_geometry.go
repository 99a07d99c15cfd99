package cql2

import (
	"errors"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// geometryWords are the tags of geometry literals. ENVELOPE is how drafts of
// the standard called BBOX.
var geometryWords = []string{"POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON",
	"GEOMETRYCOLLECTION", "BBOX", "ENVELOPE"}

func isGeometryWord(upper string) bool { return slices.Contains(geometryWords, upper) }

// isGeometryModifier reports whether the word may stand between the tag and the
// coordinates.
func isGeometryModifier(upper string) bool {
	return upper == "EMPTY" || upper == "Z" || upper == "M" || upper == "ZM"
}

// shape reads a geometry literal at its tag.
func (p *parser) shape() (operand, error) {
	pos := p.tok.pos
	g, levels, err := p.geometry()
	if err != nil {
		return operand{}, err
	}
	return operand{pos: pos, depth: levels, term: layers.Shape{Geometry: g}}, deep(levels, pos)
}

// geometry reads a tagged geometry and reports how deeply it is nested.
func (p *parser) geometry() (g orb.Geometry, levels int, err error) {
	tag := p.tok
	if tag.kind != tokenWord || !isGeometryWord(tag.upper) {
		return nil, 0, p.expected("a geometry")
	}
	if err := p.advance(); err != nil {
		return nil, 0, err
	}
	if p.tok.word("Z") || p.tok.word("M") || p.tok.word("ZM") {
		if err := p.advance(); err != nil {
			return nil, 0, err
		}
	}
	empty := p.tok.word("EMPTY")
	if empty {
		if err := p.advance(); err != nil {
			return nil, 0, err
		}
	}
	switch tag.upper {
	case "POINT":
		if empty { // there is no empty orb.Point
			return orb.MultiPoint{}, 1, nil
		}
		g, err = p.bracedPoint()
	case "LINESTRING":
		g, err = filled(empty, p.line)
	case "POLYGON":
		g, err = filled(empty, p.polygon)
	case "MULTIPOINT":
		g, err = filled(empty, func() (orb.MultiPoint, error) { return sequence(p, p.eitherPoint) })
	case "MULTILINESTRING":
		g, err = filled(empty, func() (orb.MultiLineString, error) { return sequence(p, p.line) })
	case "MULTIPOLYGON":
		g, err = filled(empty, func() (orb.MultiPolygon, error) { return sequence(p, p.polygon) })
	case "GEOMETRYCOLLECTION":
		if empty {
			return orb.Collection{}, 1, nil
		}
		return p.collection()
	case "BBOX", "ENVELOPE":
		if empty {
			return nil, 0, invalid(tag.pos, "a BBOX cannot be empty")
		}
		g, err = p.box()
	}
	return g, 1, err
}

// filled reads a geometry unless it was declared empty.
func filled[G orb.Geometry](empty bool, read func() (G, error)) (orb.Geometry, error) {
	if empty {
		var none G
		return none, nil
	}
	return read()
}

// sequence reads '(' items separated by commas ')'.
func sequence[T any](p *parser, item func() (T, error)) ([]T, error) {
	if err := p.symbol("("); err != nil {
		return nil, err
	}
	var out []T
	for {
		x, err := item()
		if err != nil {
			return nil, err
		}
		out = append(out, x)
		if !p.tok.is(",") {
			break
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if !p.tok.is(")") {
		return nil, p.expected("',' or ')'")
	}
	return out, p.advance()
}

func (p *parser) collection() (orb.Geometry, int, error) {
	if err := p.enter(); err != nil {
		return nil, 0, err
	}
	defer p.leave()
	deepest := 0
	parts, err := sequence(p, func() (orb.Geometry, error) {
		g, levels, err := p.geometry()
		deepest = max(deepest, levels)
		return g, err
	})
	return orb.Collection(parts), deepest + 1, err
}

// coordinate reads one signed number.
func (p *parser) coordinate() (float64, error) {
	v, err := p.number()
	return v.Float(), err
}

// point reads two to four numbers and keeps the first two.
func (p *parser) point() (orb.Point, error) {
	x, err := p.coordinate()
	if err != nil {
		return orb.Point{}, err
	}
	y, err := p.coordinate()
	if err != nil {
		return orb.Point{}, err
	}
	for range 2 {
		if p.tok.kind != tokenNumber && !p.tok.is("-") && !p.tok.is("+") {
			break
		}
		if _, err := p.coordinate(); err != nil {
			return orb.Point{}, err
		}
	}
	return orb.Point{x, y}, nil
}

func (p *parser) bracedPoint() (orb.Point, error) {
	if err := p.symbol("("); err != nil {
		return orb.Point{}, err
	}
	pt, err := p.point()
	if err != nil {
		return orb.Point{}, err
	}
	return pt, p.symbol(")")
}

// eitherPoint reads a member of a MULTIPOINT, which old writers leave without
// parentheses.
func (p *parser) eitherPoint() (orb.Point, error) {
	if p.tok.is("(") {
		return p.bracedPoint()
	}
	return p.point()
}

func (p *parser) line() (orb.LineString, error) {
	pos := p.tok.pos
	pts, err := sequence(p, p.point)
	if err == nil && len(pts) < 2 {
		err = invalid(pos, "a line needs two points, this has %d", len(pts))
	}
	return pts, err
}

func (p *parser) polygon() (orb.Polygon, error) { return sequence(p, p.ring) }

func (p *parser) ring() (orb.Ring, error) {
	pos := p.tok.pos
	pts, err := sequence(p, p.point)
	if err == nil {
		err = ringFault(pts)
		if err != nil {
			err = invalid(pos, "%w", err)
		}
	}
	return pts, err
}

// ringFault says what is wrong with a ring, nil if nothing is.
func ringFault(pts []orb.Point) error {
	switch {
	case len(pts) < 4:
		return fmt.Errorf("a ring needs four points, this has %d", len(pts))
	case pts[0] != pts[len(pts)-1]:
		return errors.New("the ring is not closed: its last point differs from its first")
	}
	return nil
}

// box reads the four or six numbers of a BBOX; with six, the third and the last
// are heights, which are dropped. One that crosses the antimeridian becomes two polygons.
func (p *parser) box() (orb.Geometry, error) {
	pos := p.tok.pos
	n, err := sequence(p, p.coordinate)
	if err != nil {
		return nil, err
	}
	g, err := boxOf(n)
	if err != nil {
		return nil, invalid(pos, "%w", err)
	}
	return g, nil
}

// boxOf makes the geometry of the numbers of a BBOX.
func boxOf(n []float64) (orb.Geometry, error) {
	switch len(n) {
	case 4:
	case 6:
		n = []float64{n[0], n[1], n[3], n[4]}
	default:
		return nil, fmt.Errorf("a BBOX has 4 or 6 numbers, this has %d", len(n))
	}
	w, s, e, no := n[0], n[1], n[2], n[3]
	switch {
	case s > no:
		return nil, fmt.Errorf("the BBOX's south %v exceeds its north %v", s, no)
	case w > e:
		return orb.MultiPolygon{
			orb.Bound{Min: orb.Point{w, s}, Max: orb.Point{180, no}}.ToPolygon(),
			orb.Bound{Min: orb.Point{-180, s}, Max: orb.Point{e, no}}.ToPolygon(),
		}, nil
	}
	return orb.Bound{Min: orb.Point{w, s}, Max: orb.Point{e, no}}, nil
}
