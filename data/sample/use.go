package sample

import "math"

// faceUse is what a unit grid is used for.
type faceUse uint8

const (
	useWater    faceUse = iota // river, tributary
	useForest                  // wooded hill
	useFarm                    // fields, scattered houses
	useVillage                 // houses among fields
	usePark                    // park, with a lake where the face is large
	useVacant                  // cleared for building
	useOldTown                 // low houses around lanes
	useSlabs                   // housing in rows
	useTowers                  // high-rise housing
	useShops                   // retail with flats above
	useOffices                 // central business
	useFactory                 // industry
	useStorage                 // warehouses
	useSchool                  //
	useHospital                //
	useCivic                   // government, culture
	useCollege                 //
	useMarket                  // wholesale and food markets
	useUtility                 // water works, substations
	useStation                 // bus and railway stations, port
)

// assignUses decides what every face is used for, then gives every community
// and street the public places it needs.
func (c *city) assignUses() {
	c.uses = make([]faceUse, len(c.m.faces))
	for f := range c.m.faces {
		r := newStream(c.Seed, keyUse, uint64(f))
		c.uses[f] = c.useOf(&c.m.faces[f], &r)
	}
	c.placeServices()
}

func (c *city) useOf(f *face, r *stream) faceUse {
	corners := c.m.corners(f)
	mid, area := polygonMiddle(corners), polygonArea(corners)
	d := c.g.density(mid)
	switch f.use {
	case river, brook:
		return useWater
	case lakeside:
		return usePark
	case land:
	}
	hill := c.g.hill(mid)
	for _, p := range corners {
		hill = max(hill, c.g.hill(p)-0.08)
	}
	works := c.g.works.at(mid) + 0.35*math.Exp(-math.Pow((d-0.22)/0.12, 2))
	switch {
	case d < 0.1 && c.g.hill(mid) < 0.03:
	case hill > -0.03:
		return useForest
	}
	switch {
	case d < 0.045:
		return useFarm
	case d < 0.1:
		if r.chance(0.45) {
			return useVillage
		}
		return useFarm
	case works > 0.72 && d < 0.42:
		if r.chance(0.24) {
			return useStorage
		}
		return useFactory
	case r.chance(0.05) || area > 60000 && d > 0.2 && r.chance(0.5):
		return usePark
	case d < 0.2 && r.chance(0.26), r.chance(0.022):
		return useVacant
	case d < 0.17 && r.chance(0.4):
		return useVillage
	}
	return urbanUse(r, d, c.g.age.at(mid))
}

// urbanUse draws the use of a block in town from density and age.
func urbanUse(r *stream, d, age float64) faceUse {
	core := max(0, d-0.62) * 2.4
	old := 0.5 + 0.6*age
	weights := []float64{
		useOldTown: 0.08 + 0.3*max(0, old-0.55)*d,
		useSlabs:   0.42 * (0.35 + old),
		useTowers:  0.42 * (1.25 - old) * (0.4 + d),
		useShops:   0.06 + 0.3*core,
		useOffices: 0.02 + 0.62*core,
		useCollege: 0.012,
		useMarket:  0.008,
		useUtility: 0.012,
		useCivic:   0.012 + 0.06*core,
		useStation: 0.004,
	}
	for i, w := range weights {
		weights[i] = max(0, w)
	}
	return faceUse(r.choose(weights))
}

// housing reports whether people live on faces of the use as a rule.
func (u faceUse) housing() bool {
	return u == useOldTown || u == useSlabs || u == useTowers || u == useShops || u == useVillage
}

// placeServices turns one housing face of every second community into a school,
// and faces of every street into a civic place and a clinic or hospital.
func (c *city) placeServices() {
	for k := range c.a.communities {
		n := &c.a.communities[k]
		r := newStream(c.Seed, keySite, uint64(k))
		if len(n.faces) >= 8 && r.chance(0.55) {
			c.turn(n.faces, &r, useSchool)
		}
	}
	for k := range c.a.streets {
		n := &c.a.streets[k]
		r := newStream(c.Seed, keySite, 1<<32+uint64(k))
		c.turn(n.faces, &r, useCivic)
		if r.chance(0.6) {
			c.turn(n.faces, &r, useHospital)
		}
	}
}

// turn gives a new use to a housing face of the list, if it finds one.
func (c *city) turn(faces []int32, r *stream, u faceUse) {
	for range 12 {
		f := pick(r, faces)
		if c.uses[f].housing() {
			c.uses[f] = u
			return
		}
	}
}
