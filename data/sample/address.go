package sample

import (
	"fmt"

	"wutu/layers/model"
)

// makeAddresses writes gates, buildings, staircases and the rooms in use. The
// code has 25 digits: unit grid 15, building 3, staircase 2, floor 3, room 2; a
// gate has building 000 and its number in the place of the staircase.
func (c *city) makeAddresses(w *writer) {
	for _, f := range c.a.order {
		if w.err != nil {
			return
		}
		face := &c.m.faces[f]
		community := c.a.communities[c.a.home[f]].code
		put := func(code, text, kind string, at pt, l *lot) row {
			r := w.feature(code, c.g.degrees(at))
			r.text(model.CodeField, code)
			r.text(model.TextField, text)
			r.text(model.Kind, kind)
			r.text(model.Road, l.road)
			r.text(model.Number, l.number)
			r.text(model.Community, community)
			r.text(model.Grid, face.code)
			return r
		}
		lots := c.stand(f)
		for i := range lots {
			if l := &lots[i]; len(l.buildings) > 0 {
				put(l.gate, l.address, "gate", l.at, l)
			}
		}
		for i := range lots {
			l := &lots[i]
			for k := range l.buildings {
				b := &l.buildings[k]
				put(b.code+"0000000", b.address, "building", b.inside(), l).text(model.Building, b.code)
				last := 0
				c.eachRoom(b, func(x room) {
					for ; last < x.unit; last++ {
						u := last + 1
						r := put(fmt.Sprintf("%s%02d00000", b.code, u), fmt.Sprintf("%s%d单元", b.address, u), "unit",
							b.roomAt((float64(u)-0.5)/float64(b.units)), l)
						r.text(model.Building, b.code)
						r.text(model.Unit, fmt.Sprint(u))
					}
					r := put(x.code, x.text, "room", x.at, l)
					r.text(model.Building, b.code)
					if x.unit > 0 {
						r.text(model.Unit, fmt.Sprint(x.unit))
					}
					r.text(model.Room, x.number)
					r.integer(model.Floor, x.floor)
				})
			}
		}
	}
}
