package sample

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/model"
)

// cellIndex finds features by place without any index of the program: buckets
// of about 200 m.
type cellIndex map[[2]int][]*layers.Feature

const cellDegrees = 0.002

func indexOf(list []layers.Feature) cellIndex {
	x := cellIndex{}
	for i := range list {
		eachCell(list[i].Shape.Bound(), func(c [2]int) { x[c] = append(x[c], &list[i]) })
	}
	return x
}

func eachCell(b orb.Bound, fn func([2]int)) {
	for i := int(math.Floor(b.Min[0] / cellDegrees)); i <= int(math.Floor(b.Max[0]/cellDegrees)); i++ {
		for j := int(math.Floor(b.Min[1] / cellDegrees)); j <= int(math.Floor(b.Max[1]/cellDegrees)); j++ {
			fn([2]int{i, j})
		}
	}
}

// The grid a feature names is the grid it lies in.
func TestOwnersAreWhereThePointIs(t *testing.T) {
	m := small(t)
	grids := indexOf(m.features[model.Grids])
	bad := complaints{t: t}
	for _, l := range model.Layers() {
		if l.FieldIndex(model.Grid) < 0 {
			continue
		}
		for i := range m.features[l.ID] {
			f := &m.features[l.ID][i]
			p := predicate.InteriorPoint(f.Shape)
			found := ""
			eachCell(p.Bound(), func(c [2]int) {
				for _, g := range grids[c] {
					if predicate.Intersects(p, g.Shape) && (found == "" || g.Key < found) {
						found = g.Key
					}
				}
			})
			if named := m.str(l.ID, f, model.Grid); named != found {
				bad.add("%s %s names grid %s and lies in %s", l.ID, f.Key, named, found)
			}
		}
	}
	for i := range m.features[model.Events] {
		f := &m.features[model.Events][i]
		g := m.str(model.Events, f, model.Grid)
		for field, n := range map[string]int{model.Community: 12, model.Street: 9, model.District: 6} {
			if m.str(model.Events, f, field) != g[:n] {
				bad.add("event %s: %s does not fit grid %s", f.Key, field, g)
			}
		}
		if f.Key[8:14] != g[:6] {
			bad.add("event %s is numbered in another district than grid %s", f.Key, g)
		}
	}
	bad.done()
}

func TestBuildingsStandOnTheirParcels(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	water := indexOf(m.features[model.Water])
	roads := indexOf(m.features[model.Roads])
	others := indexOf(m.features[model.Buildings])
	for i := range m.features[model.Buildings] {
		f := &m.features[model.Buildings][i]
		parcel := m.byID[model.Parcels][m.str(model.Buildings, f, model.Parcel)]
		if parcel == nil || !predicate.Within(f.Shape, parcel.Shape) {
			bad.add("building %s is not within its parcel", f.Key)
		}
		eachCell(f.Shape.Bound(), func(c [2]int) {
			for _, w := range water[c] {
				if predicate.Intersects(f.Shape, w.Shape) {
					bad.add("building %s stands in %s", f.Key, w.Key)
				}
			}
			for _, r := range roads[c] {
				if predicate.Intersects(f.Shape, r.Shape) {
					bad.add("building %s stands on road %s", f.Key, r.Key)
				}
			}
			for _, b := range others[c] {
				if b.Key > f.Key && predicate.Intersects(f.Shape, b.Shape) {
					bad.add("buildings %s and %s overlap", f.Key, b.Key)
				}
			}
		})
		floors, height := m.value(model.Buildings, f, model.Floors).Float(), m.value(model.Buildings, f, model.Height).Float()
		if floors < 1 || floors > 60 || height < 2.5*floors || height > 11*floors {
			bad.add("building %s has %v floors in %v m", f.Key, floors, height)
		}
	}
	bad.done()
}

// Who lives or works in a building is inside its walls.
func TestPeopleAreAtHome(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	for _, layer := range []string{model.Persons, model.Households, model.Enterprises, model.Addresses, model.Sites} {
		for i := range m.features[layer] {
			f := &m.features[layer][i]
			if b := m.byID[model.Buildings][m.str(layer, f, model.Building)]; b != nil && !predicate.Within(f.Shape, b.Shape) {
				bad.add("%s %s is outside of building %s", layer, f.Key, b.Key)
			}
		}
	}
	members := map[string]int{}
	for i := range m.features[model.Persons] {
		members[m.str(model.Persons, &m.features[model.Persons][i], model.Household)]++
	}
	for i := range m.features[model.Households] {
		f := &m.features[model.Households][i]
		if n := int(m.value(model.Households, f, model.Members).Int()); n != members[f.Key] || n == 0 {
			bad.add("household %s has %d members, %d persons name it", f.Key, n, members[f.Key])
		}
	}
	bad.done()
}

// A standard address is made of its parts, from the district down, and no two
// addresses read the same.
func TestAddresses(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	seen := map[string]string{}
	twice := 0
	for i := range m.features[model.Addresses] {
		f := &m.features[model.Addresses][i]
		text := m.str(model.Addresses, f, model.TextField)
		community := m.byID[model.Communities][m.str(model.Addresses, f, model.Community)]
		street := m.byID[model.Streets][m.str(model.Communities, community, model.Street)]
		district := m.byID[model.Districts][m.str(model.Streets, street, model.District)]
		want := m.str(model.Districts, district, model.Name) + m.str(model.Streets, street, model.Name) +
			m.str(model.Communities, community, model.Name) + m.str(model.Addresses, f, model.Road) + m.str(model.Addresses, f, model.Number)
		if len(text) < len(want) || text[:len(want)] != want {
			bad.add("address %s is %s, should begin %s", f.Key, text, want)
		}
		if len(f.Key) != 25 {
			bad.add("address code %s has not 25 digits", f.Key)
		}
		if other, dup := seen[text]; dup {
			if twice++; twice <= 3 {
				t.Logf("%s is the text of %s and %s", text, other, f.Key)
			}
		}
		seen[text] = f.Key
	}
	if twice > 0 {
		t.Errorf("%d addresses repeat the text of another", twice)
	}
	bad.done()
}
