package sample

import (
	"fmt"
)

// room is a flat or a business room that is in use.
type room struct {
	code   string // address code, 25 characters
	unit   int    // staircase, 0 for none
	floor  int
	number string // "1102"
	text   string // standard address
	at     pt
	key    uint64
}

// keyOf turns a code of digits into a key for streams.
func keyOf(code string) uint64 {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(code) {
		h = (h ^ uint64(code[i])) * 1099511628211
	}
	return h
}

// eachRoom calls fn for the rooms of b that are in use, in order of their codes:
// for flats those that are lived in, elsewhere those that are let.
func (c *city) eachRoom(b *building, fn func(room)) {
	r := newStream(c.Seed, keyBuilding, keyOf(b.code))
	share := c.g.occupancy
	switch b.kind {
	case "house":
		share = min(0.9, c.g.occupancy*1.5)
	case "commercial", "office":
		share = c.g.shops
	case "industrial", "warehouse":
		share = min(1, c.g.shops*1.6)
	case "hotel":
		share = c.g.shops * 0.3
	case "residential":
		// New estates fill up slowly.
		share *= 0.55 + 0.45*min(1, float64(c.Now.Year()-b.year)/12)
	default:
		return
	}
	staircases := max(1, b.units)
	for u := 1; u <= staircases; u++ {
		for floor := 1; floor <= b.floors; floor++ {
			if b.kind == "house" && b.perFloor == 1 && floor > 1 || (b.kind == "industrial" || b.kind == "warehouse") && floor > 1 {
				break
			}
			for k := 1; k <= b.perFloor; k++ {
				if !r.chance(share) {
					continue
				}
				x := room{floor: floor, key: r.next()}
				if b.units > 0 {
					x.unit = u
				}
				x.code = fmt.Sprintf("%s%02d%03d%02d", b.code, x.unit, floor, k)
				x.number = fmt.Sprintf("%d%02d", floor, k)
				x.text = b.address
				if b.units > 0 {
					x.text += fmt.Sprintf("%d单元", u)
				}
				x.text += x.number + "室"
				x.at = b.roomAt((float64(u-1) + (float64(k)-0.5)/float64(b.perFloor)) / float64(staircases))
				fn(x)
			}
		}
	}
}

// roomAt is a point in the building at a share of its front.
func (b *building) roomAt(share float64) pt {
	u := b.ring[1].sub(b.ring[0]).unitOr(pt{1, 0})
	return b.ring[0].add(u.times(b.length * share)).add(u.left().times(min(b.depth, 7) / 2))
}
