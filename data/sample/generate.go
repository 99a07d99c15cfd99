package sample

import (
	"context"
	"slices"

	"wutu/layers"
	"wutu/layers/model"
)

// city is everything that must be known at once: the division of the ground.
// What stands on it is made face by face, again for every layer that needs it.
type city struct {
	Options
	g     *terrain
	l     *lattice
	m     *plan
	a     *admin
	n     *network
	roads []string // names, by index of street
	uses  []faceUse
}

// Generate makes the city and hands it over layer by layer, in batches of at most
// 8,192 features, in order of feature id within a layer for all but a few small
// layers. It holds the division of the ground in memory (about 2 kB per unit grid),
// never the features. It stops at the first error of yield and returns it, or the
// context's error between two batches; bad options are an Invalid error.
//
// Equal options make equal features in equal order. yield is never called
// concurrently. Where only names layers, the others are left out.
func Generate(ctx context.Context, o Options, yield func(Batch) error, only ...string) error {
	if err := o.Check(); err != nil {
		return err
	}
	c := newCity(o)
	makers := map[string]func(*city, *writer){
		model.Districts: (*city).makeDistricts, model.Streets: (*city).makeStreets,
		model.Communities: (*city).makeCommunities, model.Grids: (*city).makeGrids,
		model.Roads: (*city).makeRoads, model.Water: (*city).makeWater, model.Green: (*city).makeGreen,
		model.PlanZones: (*city).makePlanZones, model.Parcels: (*city).makeParcels, model.Buildings: (*city).makeBuildings,
		model.Addresses: (*city).makeAddresses, model.Households: (*city).makeHouseholds, model.Persons: (*city).makePersons,
		model.Enterprises: (*city).makeEnterprises, model.Components: (*city).makeComponents, model.Devices: (*city).makeDevices,
		model.Cameras: (*city).makeCameras, model.Movers: (*city).makeMovers, model.Sites: (*city).makeSites, model.Departments: (*city).makeDepartments,
		model.Events: (*city).makeEvents,
	}
	for _, l := range model.Layers() {
		if len(only) > 0 && !slices.Contains(only, l.ID) {
			continue
		}
		w := newWriter(ctx, l, yield)
		if m := makers[l.ID]; m != nil {
			m(c, w)
		}
		if err := w.finish(); err != nil {
			return err
		}
	}
	return nil
}

// newCity divides the ground.
func newCity(o Options) *city {
	o.Now = o.Now.UTC()
	g := newTerrain(o.Seed, scaleOf(o.Size))
	l := newLattice(o.Seed, g)
	c := &city{Options: o, g: g, l: l, m: l.m}
	c.m.finish(g)
	c.a = divideCity(o.Seed, g, l)
	c.n = connect(c.m)
	names := newNamer()
	for _, s := range l.streets {
		c.roads = append(c.roads, names.roadName(o.Seed, s))
	}
	c.assignUses()
	return c
}

// Layers returns the definitions of the layers that Generate fills, in its order.
func Layers() []*layers.Layer { return model.Layers() }
