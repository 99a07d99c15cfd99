package sample

import (
	"fmt"
	"math"
	"strings"
)

// lot is a parcel with what stands on it.
type lot struct {
	code      string // 19 characters
	shape     convex
	use       faceUse
	landUse   string
	right     string
	road      string // name of the road the gate opens to; a village or community where there is none
	number    string // of the gate
	estate    string // name of the estate, "" for none
	address   string // standard address of the gate
	gate      string // address code of the gate
	at        pt     // of the gate
	buildings []building
}

// building is a house with everything that can be known of it without its rooms.
type building struct {
	plotted
	code     string // grid and three digits: 18
	name     string
	kind     string
	address  string
	storey   float64
	year     int
	units    int // staircases, 0 when the rooms have none
	perFloor int // rooms on a floor of a staircase
	flats    bool
}

func (b *building) height() float64 { return float64(b.floors)*b.storey + 0.6 }

// inside is a point well inside the building. The first two corners span the
// front, and every footprint is full behind it.
func (b *building) inside() pt { return b.roomAt(0.5) }

// stand makes the lots of face f and their buildings: the same every time.
func (c *city) stand(f int32) []lot {
	u := c.uses[f]
	if u == useWater {
		return nil
	}
	site := c.site(f, 1.5)
	if site == nil {
		return nil
	}
	face := &c.m.faces[f]
	r := newStream(c.Seed, keyBlock, 1, uint64(f))
	d := c.g.density(polygonMiddle(c.m.corners(face)))
	lay := layoutOf(u, &r, d)
	limit := lay.lot
	if limit == 0 {
		limit = 1e9
	}
	home := &c.a.communities[c.a.home[f]]
	place := placeName(home.name)
	taken := map[string]bool{}
	var out []lot
	count := 0
	for i, shape := range site.split(&r, limit) {
		l := lot{shape: shape, use: u}
		if (u == useSlabs || u == useTowers) && i > 0 && shape.area() < 9000 && r.chance(0.3) {
			l.use = useShops
		}
		lay := layoutOf(l.use, &r, d)
		l.landUse, l.right = landOf(l.use)
		letters := "GB"
		switch l.right {
		case "homestead":
			letters = "JC"
		case "contract":
			letters = "JD"
			if l.use == useForest {
				letters = "JE"
			}
		}
		l.code = face.code[:12] + letters + face.code[12:] + fmt.Sprintf("%02d", i+1)
		c.gateOf(f, &l, i, taken)
		l.address = c.prefix(f) + l.road + l.number
		l.gate = fmt.Sprintf("%s000%02d00000", face.code, i+1)
		placed := lay.place(shape, &r)
		if len(placed) == 0 && lay.kind != "" && u != useFarm {
			lay = lay.narrow()
			placed = lay.place(shape, &r)
		}
		l.estate = estateName(l.use, &r, place, len(placed))
		year := c.yearOf(f, l.use, &r)
		for _, p := range placed {
			if count == 999 {
				break
			}
			count++
			b := building{plotted: p, code: fmt.Sprintf("%s%03d", face.code, count), kind: kindOf(l.use, lay.kind, &r), storey: lay.storey, year: year}
			c.fit(&b, &l, len(l.buildings)+1, &r)
			l.buildings = append(l.buildings, b)
		}
		out = append(out, l)
	}
	return out
}

// fit gives a building its staircases, rooms, name and address.
func (c *city) fit(b *building, l *lot, n int, r *stream) {
	floorArea := math.Abs(polygonArea(b.ring))
	switch b.kind {
	case "residential":
		b.flats, b.units, b.perFloor = true, max(1, int(b.length/18)), 2
		if l.use == useTowers {
			b.units, b.perFloor = max(1, int(b.length/24)), 4
		}
	case "house":
		b.flats, b.perFloor = true, 1
		if l.use == useOldTown && b.length > 13 {
			b.perFloor = 2
		}
	case "commercial", "office", "hotel":
		b.perFloor = min(40, max(1, int(floorArea/110)))
	case "industrial", "warehouse":
		b.perFloor = 1 + int(floorArea/2600)
	default:
		b.perFloor = 1
	}
	b.address = l.address
	switch {
	case l.estate != "" && b.kind == "residential":
		b.name = fmt.Sprintf("%s%d幢", l.estate, n)
		b.address += b.name
	case l.estate != "" && (n > 1 || b.kind == "industrial" || b.kind == "warehouse"):
		b.name = fmt.Sprintf("%s%d号楼", l.estate, n)
		b.address += b.name
	case l.estate != "":
		b.name = l.estate
		b.address += b.name
	default:
		b.name = fmt.Sprintf("%s%s%d幢", l.road, l.number, n)
		b.address += fmt.Sprintf("%d幢", n)
	}
}

// prefix is the administrative part of an address: district, street, community.
func (c *city) prefix(f int32) string {
	n := &c.a.communities[c.a.home[f]]
	s := &c.a.streets[n.parent]
	return c.a.districts[s.parent].name + s.name + n.name
}

// gateOf finds the road a lot opens to and numbers it: even numbers on one side,
// odd ones on the other, growing along the road.
func (c *city) gateOf(f int32, l *lot, i int, taken map[string]bool) {
	mid := pt(polygonMiddle(l.shape))
	best, bestAt := -1.0, mid
	var line int32
	odd := false
	own := true
	look := func(face int32) {
		c.m.eachArc(&c.m.faces[face], func(k int32, forward bool) {
			a := &c.m.arcs[k]
			if a.class == noRoad || a.class == expressway || a.bridge || c.m.lines[a.line].street < 0 {
				return
			}
			p, q := c.g.metres(a.shape[0]), c.g.metres(a.shape[len(a.shape)-1])
			e := q.sub(p)
			u := min(0.95, max(0.05, mid.sub(p).dot(e)/e.dot(e)))
			at := p.toward(q, u)
			if d := at.sub(mid).length(); best < 0 || d < best {
				best, bestAt, line, odd = d, at, a.line, forward
			}
		})
	}
	look(f)
	if best < 0 {
		own = false
		c.m.eachArc(&c.m.faces[f], func(k int32, forward bool) {
			other := c.m.arcs[k].left
			if forward {
				other = c.m.arcs[k].right
			}
			if other >= 0 {
				look(other)
			}
		})
	}
	l.at = clampInto(l.shape, mid, bestAt)
	if best < 0 {
		l.road, l.number = placeName(c.a.communities[c.a.home[f]].name), fmt.Sprintf("%s号", strings.TrimLeft(c.m.faces[f].code[12:], "0")+fmt.Sprintf("-%d", i+1))
		return
	}
	x := &c.m.lines[line]
	l.road = c.roads[x.street]
	n := 2 * (1 + int((x.offset+bestAt.sub(c.g.ground(x.a)).length())/14))
	if odd {
		n--
	}
	for taken[fmt.Sprintf("%s%d", l.road, n)] {
		n += 2
	}
	taken[fmt.Sprintf("%s%d", l.road, n)] = true
	l.number = fmt.Sprintf("%d号", n)
	if !own { // behind another block: the number of the block in front, with a suffix
		l.number = fmt.Sprintf("%d号附%s", n, strings.TrimLeft(c.m.faces[f].code[12:], "0"))
	}
}

// clampInto moves from mid towards target as far as the polygon reaches.
func clampInto(shape convex, mid, target pt) pt {
	for _, u := range [...]float64{0.9, 0.75, 0.6, 0.45, 0.3, 0.15} {
		if p := mid.toward(target, u); shape.holds(p) {
			return p
		}
	}
	return mid
}

// placeName is a name without the word for the kind of area.
func placeName(name string) string {
	for _, s := range []string{"社区", "街道", "村", "镇", "乡"} {
		if t, ok := strings.CutSuffix(name, s); ok {
			return t
		}
	}
	return name
}
