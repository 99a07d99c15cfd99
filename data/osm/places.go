package osm

import (
	"slices"

	"github.com/paulmach/orb"
)

// noPlace marks a node that the file does not have.
const noPlace = -1 << 31

// places keeps where nodes are: sorted ids beside their coordinates, 16 bytes a
// node.
type places struct {
	ids      []int64
	lon, lat []int32 // 1e-7 degrees
	dirty    int     // ids up to here are sorted and different
	next     int     // where the last node was found
}

// want asks for nodes. Now and then the list is sorted, so that nodes shared by
// many ways do not pile up.
func (p *places) want(refs []int64) {
	p.ids = append(p.ids, refs...)
	if len(p.ids) > 2*p.dirty+1<<20 {
		p.settle()
	}
}

func (p *places) settle() {
	slices.Sort(p.ids)
	p.ids = slices.Compact(p.ids)
	p.dirty = len(p.ids)
}

// ready ends the asking.
func (p *places) ready() {
	p.settle()
	p.ids = slices.Clip(p.ids)
	p.lon, p.lat = make([]int32, len(p.ids)), make([]int32, len(p.ids))
	for i := range p.lon {
		p.lon[i] = noPlace
	}
}

// put stores a node's place if it was asked for. Nodes usually come in the order
// of their ids, so the next one is tried first.
func (p *places) put(id int64, lon, lat int32) {
	i, ok := p.next, p.next < len(p.ids) && p.ids[p.next] == id
	if !ok {
		i, ok = slices.BinarySearch(p.ids, id)
		if !ok {
			p.next = i
			return
		}
	}
	p.lon[i], p.lat[i] = lon, lat
	p.next = i + 1
}

// at returns a node's place, false when the file does not have it.
func (p *places) at(id int64) (orb.Point, bool) {
	i, ok := slices.BinarySearch(p.ids, id)
	if !ok || p.lon[i] == noPlace {
		return orb.Point{}, false
	}
	return point(p.lon[i], p.lat[i]), true
}

// point turns units of 1e-7 degrees into degrees.
func point(lon, lat int32) orb.Point { return orb.Point{float64(lon) / 1e7, float64(lat) / 1e7} }

// wayStore keeps the nodes of ways that relations need.
type wayStore struct {
	want  []int64 // sorted
	spans map[int64][2]int
	refs  []int64
}

func (s *wayStore) ready() {
	slices.Sort(s.want)
	s.want = slices.Compact(s.want)
	s.spans = make(map[int64][2]int)
}

func (s *wayStore) wanted(id int64) bool {
	_, ok := slices.BinarySearch(s.want, id)
	return ok
}

func (s *wayStore) put(id int64, refs []int64) {
	s.spans[id] = [2]int{len(s.refs), len(s.refs) + len(refs)}
	s.refs = append(s.refs, refs...)
}

func (s *wayStore) get(id int64) ([]int64, bool) {
	span, ok := s.spans[id]
	return s.refs[span[0]:span[1]], ok
}
