package shape

import (
	"cmp"
	"math"
	"slices"

	"wutu/tiles/mvt"
)

// maxRounds bounds the rounds of noding. Rounding a crossing bends two edges by
// less than a unit, which may make a new crossing; random and degenerate input
// has needed at most a handful of rounds.
const maxRounds = 64

// rebuild adds to dst the region that rings enclose by the even-odd rule, as
// valid polygons in an order that depends on the region alone. Crossings are
// rounded to whole units. It costs O(n log n) per round and adds nothing in the
// unheard-of case that the rounds do not end.
func rebuild(dst *mvt.Geometry, rings [][]XY) {
	edges, ok := arrange(segmentsOf(rings))
	if !ok || len(edges) == 0 {
		return
	}
	assemble(dst, newNetwork(edges).loops())
}

// link is an undirected edge of an arrangement, p before q.
type link struct{ p, q XY }

func before(a, b XY) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) }

// odd sorts links and keeps one of each that occurs an odd number of times: by
// the even-odd rule the others separate nothing.
func odd(links []link) []link {
	slices.SortFunc(links, func(a, b link) int { return cmp.Or(before(a.p, b.p), before(a.q, b.q)) })
	out := links[:0]
	for i := 0; i < len(links); {
		j := i
		for j < len(links) && links[j] == links[i] {
			j++
		}
		if (j-i)%2 == 1 {
			out = append(out, links[i])
		}
		i = j
	}
	return out
}

// arrange splits segments where they meet until they meet at ends only.
func arrange(segments []segment) ([]link, bool) {
	links := make([]link, 0, len(segments))
	for _, s := range segments {
		links = append(links, ordered(s.p, s.q))
	}
	for range maxRounds {
		links = odd(links)
		segments = segments[:0]
		for i, l := range links {
			segments = append(segments, segment{p: l.p, q: l.q, index: i})
		}
		splits := make([][]XY, len(links))
		split := false
		at := func(i int, p XY) {
			if l := links[i]; p != l.p && p != l.q {
				splits[i] = append(splits[i], p)
				split = true
			}
		}
		meetings(segments, func(a, b segment) bool {
			if shared := a.p == b.p || a.p == b.q || a.q == b.p || a.q == b.q; !shared || collinear(a, b) {
				meet(a, b, at)
			}
			return true
		})
		if !split {
			return links, true
		}
		var next []link
		for i, l := range links {
			next = appendSplit(next, l, splits[i])
		}
		links = next
	}
	return nil, false
}

func ordered(p, q XY) link {
	if before(q, p) < 0 {
		p, q = q, p
	}
	return link{p, q}
}

func collinear(a, b segment) bool { return turn(a.p, a.q, b.p) == 0 && turn(a.p, a.q, b.q) == 0 }

// meet tells at where to split a and b, which touch.
func meet(a, b segment, at func(i int, p XY)) {
	ends := false
	for _, p := range [2]XY{b.p, b.q} {
		if onSegment(p, a.p, a.q) {
			at(a.index, p)
			ends = true
		}
	}
	for _, p := range [2]XY{a.p, a.q} {
		if onSegment(p, b.p, b.q) {
			at(b.index, p)
			ends = true
		}
	}
	if ends {
		return
	}
	x := crossing(a, b)
	at(a.index, x)
	at(b.index, x)
}

// crossing is the rounded point in which two crossing segments meet. Coordinates
// have at most 14 bits, so numerator and denominator are exact.
func crossing(a, b segment) XY {
	ax, ay := int64(a.q.X-a.p.X), int64(a.q.Y-a.p.Y)
	bx, by := int64(b.q.X-b.p.X), int64(b.q.Y-b.p.Y)
	d := ax*by - ay*bx
	n := int64(b.p.X-a.p.X)*by - int64(b.p.Y-a.p.Y)*bx
	round := func(from int32, delta int64) int32 {
		return from + int32(math.Floor(float64(delta*n)/float64(d)+0.5))
	}
	return XY{X: round(a.p.X, ax), Y: round(a.p.Y, ay)}
}

// appendSplit appends the parts of l between the points, which lie on or beside
// it, in the order in which l passes them.
func appendSplit(out []link, l link, points []XY) []link {
	if len(points) == 0 {
		return append(out, l)
	}
	along := func(p XY) int64 {
		return int64(p.X-l.p.X)*int64(l.q.X-l.p.X) + int64(p.Y-l.p.Y)*int64(l.q.Y-l.p.Y)
	}
	slices.SortFunc(points, func(a, b XY) int { return cmp.Or(cmp.Compare(along(a), along(b)), before(a, b)) })
	last := l.p
	for _, p := range append(points, l.q) {
		if p != last {
			out = append(out, ordered(last, p))
		}
		last = p
	}
	return out
}
