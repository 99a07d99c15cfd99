package live

import (
	"slices"
	"strings"
	"sync"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/predicate"
	"wutu/layers"
)

// Area is a feature of an area layer.
type Area struct {
	Layer    string       // layer id
	Code     string       // feature id
	Name     string       // value of the layer's title field, "" if it has none
	Geometry orb.Geometry // must not be changed
}

// areaSet holds the areas of one level, in ascending order of code, prepared
// for point tests. It is immutable.
type areaSet struct {
	version uint64 // identity: the highest sequence of the layers it was made from
	areas   []Area
	shapes  []*predicate.Prepared
	tree    *index.Packed
	order   []uint32 // row of tree to position in areas
}

// noArea is the position of rows outside every area of a level.
const noArea = ^uint32(0)

// areaIndex makes and keeps the area set of each level. Safe for concurrent use.
type areaIndex struct {
	mu   sync.Mutex
	sets map[layers.Level]*areaSet
	held map[string]*areaSet // of layers that are not areas, by layer: see Holders

	past  sync.Mutex // guards what follows; taken before mu
	known map[layers.Level][]formerSet
	made  uint64 // sets of the past
}

// areasOf returns the areas of a level. The first call after an area layer
// changed costs O(areas).
func (v *View) areasOf(level layers.Level) *areaSet {
	if set := v.sets[level].Load(); set != nil {
		return set
	}
	set := v.areas.at(v, level)
	v.sets[level].Store(set)
	return set
}

// at returns the areas of a level as of v.
func (x *areaIndex) at(v *View, level layers.Level) *areaSet {
	version := uint64(0)
	var tables []*table
	for _, t := range v.tables {
		if t.layer.Level == level {
			tables = append(tables, t)
			version = max(version, t.seq+1)
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	set := x.sets[level]
	if set != nil && set.version == version {
		return set
	}
	fresh := newAreaSet(version, tables)
	if set == nil || set.version < version { // an old view does not displace what the new one needs
		x.sets[level] = fresh
	}
	return fresh
}

func newAreaSet(version uint64, tables []*table) *areaSet {
	s := &areaSet{version: version}
	for _, t := range tables {
		title := t.layer.FieldIndex(t.layer.TitleField)
		t.scan(func(r *Row) bool {
			if g := r.Geometry(); g != nil {
				s.areas = append(s.areas, Area{Layer: t.layer.ID, Code: strings.Clone(r.ID()),
					Name: strings.Clone(r.Value(title).Str()), Geometry: g})
			}
			return true
		})
	}
	slices.SortFunc(s.areas, func(a, b Area) int { return strings.Compare(a.Code, b.Code) })
	s.shapes = make([]*predicate.Prepared, len(s.areas))
	for i := range s.areas {
		s.shapes[i] = predicate.Prepare(s.areas[i].Geometry)
	}
	s.tree, s.order = index.Build(len(s.areas), func(i int) orb.Bound { return s.areas[i].Geometry.Bound() })
	return s
}

// owner returns the position of the area that owns p: the one with the lowest
// code that contains it, borders included. Areas of a level may overlap: nothing
// guarantees a partition.
func (s *areaSet) owner(p orb.Point) uint32 {
	if !hasPoint(p) {
		return noArea
	}
	found := noArea
	s.tree.Search(orb.Bound{Min: p, Max: p}, func(row uint32) bool {
		if i := s.order[row]; i < found && s.shapes[i].Locate(p) != predicate.Outside {
			found = i
		}
		return true
	})
	return found
}

// AreaAt returns the area of a level that owns the point p (lon/lat degrees):
// the one that contains it, the lowest code on a border. ok is false outside
// every area. Areas are the frame everybody may see: no subject is needed.
func (v *View) AreaAt(level layers.Level, p orb.Point) (a Area, ok bool) {
	set := v.areasOf(level)
	i := set.owner(p)
	if i == noArea {
		return Area{}, false
	}
	return set.areas[i], true
}

// AreaByCode finds an area of any level by its code, the largest level first.
func (v *View) AreaByCode(code string) (level layers.Level, a Area, ok bool) {
	level, a, _, ok = v.areaOf(code)
	return level, a, ok
}

func (v *View) areaByCode(level layers.Level, code string) (Area, *predicate.Prepared, bool) {
	set := v.areasOf(level)
	i, ok := slices.BinarySearchFunc(set.areas, code, func(a Area, c string) int { return strings.Compare(a.Code, c) })
	if !ok {
		return Area{}, nil, false
	}
	return set.areas[i], set.shapes[i], true
}
