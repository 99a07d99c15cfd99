package ogc

import (
	"fmt"
	"html/template"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// A sketch is a small picture of some features, drawn as SVG into the page: it needs
// neither a script nor another host.
const (
	sketchWidth  = 640.0
	sketchHeight = 360.0
	sketchMargin = 14.0
	// maxSketchPoints bounds the vertices drawn; of more, every n-th is.
	maxSketchPoints = 20_000
)

// pen draws lon/lat into the picture.
type pen struct {
	b      strings.Builder
	x0, y0 float64 // of the middle, degrees
	sx, sy float64 // pixels per degree
	every  int
}

// sketch draws shapes, "" when none has a place.
func sketch(shapes []orb.Geometry) template.HTML {
	all, n := extent(shapes)
	if all.IsEmpty() {
		return ""
	}
	p := &pen{x0: (all.Min[0] + all.Max[0]) / 2, y0: (all.Min[1] + all.Max[1]) / 2, every: 1 + n/maxSketchPoints}
	squash := math.Cos(p.y0 * math.Pi / 180) // a degree of longitude is shorter
	w, h := max((all.Max[0]-all.Min[0])*squash, 1e-5), max(all.Max[1]-all.Min[1], 1e-5)
	p.sy = min((sketchWidth-2*sketchMargin)/w, (sketchHeight-2*sketchMargin)/h)
	p.sx = p.sy * squash
	fmt.Fprintf(&p.b, `<svg class="sketch" viewBox="0 0 %g %g" role="img" aria-hidden="true">`, sketchWidth, sketchHeight)
	for _, g := range shapes {
		p.draw(g)
	}
	p.b.WriteString("</svg>")
	return template.HTML(p.b.String()) //nolint:gosec // numbers and our own words only
}

// extent is the box of the shapes and the number of their vertices.
func extent(shapes []orb.Geometry) (orb.Bound, int) {
	all, n := orb.Bound{Min: orb.Point{1}, Max: orb.Point{-1}}, 0
	for _, g := range shapes {
		if g != nil {
			all = all.Union(g.Bound())
			n += vertices(g)
		}
	}
	return all, n
}

func vertices(g orb.Geometry) int {
	n := 0
	switch g := g.(type) {
	case orb.Polygon:
		for _, r := range g {
			n += len(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			n += vertices(p)
		}
	case orb.LineString:
		n = len(g)
	case orb.MultiLineString:
		for _, l := range g {
			n += len(l)
		}
	default:
		n = 1
	}
	return n
}

func (p *pen) draw(g orb.Geometry) {
	switch g := g.(type) {
	case orb.Point:
		fmt.Fprintf(&p.b, `<circle cx="%s" cy="%s" r="4"/>`, p.x(g), p.y(g))
	case orb.MultiPoint:
		for _, q := range g {
			p.draw(q)
		}
	case orb.LineString:
		p.path([][]orb.Point{g}, false)
	case orb.MultiLineString:
		for _, l := range g {
			p.draw(l)
		}
	case orb.Polygon:
		rings := make([][]orb.Point, len(g))
		for i := range g {
			rings[i] = g[i]
		}
		p.path(rings, true)
	case orb.MultiPolygon:
		for _, q := range g {
			p.draw(q)
		}
	case orb.Collection:
		for _, q := range g {
			p.draw(q)
		}
	}
}

func (p *pen) path(lines [][]orb.Point, closed bool) {
	p.b.WriteString(`<path d="`)
	for _, l := range lines {
		for i, q := range l {
			switch {
			case i == 0:
				p.b.WriteString("M")
			case i%p.every != 0 && i != len(l)-1:
				continue
			default:
				p.b.WriteString("L")
			}
			p.b.WriteString(p.x(q) + " " + p.y(q))
		}
		if closed {
			p.b.WriteString("Z")
		}
	}
	if closed {
		p.b.WriteString(`" class="area"/>`)
		return
	}
	p.b.WriteString(`"/>`)
}

func (p *pen) x(q orb.Point) string {
	return strconv.FormatFloat(sketchWidth/2+(q[0]-p.x0)*p.sx, 'f', 1, 64)
}

func (p *pen) y(q orb.Point) string {
	return strconv.FormatFloat(sketchHeight/2-(q[1]-p.y0)*p.sy, 'f', 1, 64)
}

// mapLink is the address of the map with the layer shown where the shapes are, ""
// when they are nowhere. The form of the address is the web app's
// (frontend/src/model/view.ts).
func mapLink(base, layer, id string, shapes []orb.Geometry) string {
	all, _ := extent(shapes)
	if all.IsEmpty() {
		return ""
	}
	span := max(all.Max[0]-all.Min[0], 2*(all.Max[1]-all.Min[1]), 1e-4)
	zoom := min(17, max(3, math.Log2(360/span)+0.5))
	at := all.Center()
	v := url.Values{"v": {"1"}, "l": {layer}, "c": {fmt.Sprintf("%.6f~%.6f~%.2f~0~0", at[0], at[1], zoom)}}
	if id != "" {
		v.Set("s", layer+"/"+id)
	}
	host, _, _ := strings.Cut(base, "/ogc/")
	return host + "/?" + v.Encode()
}
