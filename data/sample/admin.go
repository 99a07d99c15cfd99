package sample

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// areaNode is a district, street or community: a group of unit grids.
type areaNode struct {
	code   string
	name   string
	kind   string
	parent int32 // index in the next larger level
	faces  []int32
	at     pt // middle on the ground
}

// admin is the administrative division of the plan.
type admin struct {
	districts   []areaNode
	streets     []areaNode
	communities []areaNode
	order       []int32 // faces in order of their codes
	home        []int32 // community of each face
}

// group is a community before it has a code.
type group struct {
	block int32
	faces []int32
}

// divideCity groups superblocks into districts and streets, and the faces into
// communities; it writes the codes of the faces.
func divideCity(seed uint64, g *terrain, l *lattice) *admin {
	blocks := make([]int32, len(l.blocks))
	for i := range blocks {
		blocks[i] = int32(i)
	}
	var north, south []int32
	for _, b := range blocks {
		if l.blocks[b].north {
			north = append(north, b)
		} else {
			south = append(south, b)
		}
	}
	groups := append(l.bisect(north, g.districtsN), l.bisect(south, g.districtsS)...)
	// The first code goes to the district nearest to the heart of the city.
	heart := g.centres[0].at
	slices.SortStableFunc(groups, func(a, b []int32) int {
		return cmp.Compare(l.middle(a).sub(heart).length(), l.middle(b).sub(heart).length())
	})
	a := &admin{}
	streetOf := make([]int32, len(l.blocks))
	for d, list := range groups {
		a.districts = append(a.districts, areaNode{code: divisions[d].code, name: divisions[d].name})
		leaves := 0
		for _, b := range list {
			leaves += l.blocks[b].leaves
		}
		for _, part := range l.bisect(list, max(1, int(float64(leaves)/float64(g.gridsAStr)+0.5))) {
			for _, b := range part {
				streetOf[b] = int32(len(a.streets))
			}
			a.streets = append(a.streets, areaNode{parent: int32(d), at: g.ground(l.middle(part))})
		}
	}
	a.settle(l, streetOf)
	a.number(seed, g, l)
	return a
}

// middle is the mean of the superblocks, weighted by their unit grids.
func (l *lattice) middle(blocks []int32) pt {
	var m pt
	n := 0.0
	for _, b := range blocks {
		w := float64(l.blocks[b].leaves)
		m, n = m.add(l.blocks[b].at.times(w)), n+w
	}
	return m.times(1 / n)
}

// bisect splits superblocks into n groups of about equal numbers of unit grids,
// always across the longer extent.
func (l *lattice) bisect(blocks []int32, n int) [][]int32 {
	if n <= 1 || len(blocks) <= 1 {
		return [][]int32{blocks}
	}
	var at []pt
	total := 0
	for _, b := range blocks {
		at = append(at, l.blocks[b].at)
		total += l.blocks[b].leaves
	}
	x0, x1 := extent(at, pt{1, 0})
	y0, y1 := extent(at, pt{0, 1})
	sorted := slices.Clone(blocks)
	slices.SortStableFunc(sorted, func(p, q int32) int {
		a, b := l.blocks[p].at, l.blocks[q].at
		if y1-y0 > x1-x0 {
			a, b = pt{a.y, a.x}, pt{b.y, b.x}
		}
		return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y))
	})
	half, sum, cut := n/2, 0, 0
	for cut < len(sorted)-1 && (cut == 0 || sum*n < total*half) {
		sum += l.blocks[sorted[cut]].leaves
		cut++
	}
	return append(l.bisect(sorted[:cut], half), l.bisect(sorted[cut:], n-half)...)
}

// settle makes communities of the faces. Water belongs to the community it
// shares the longest border with.
func (a *admin) settle(l *lattice, streetOf []int32) {
	m := l.m
	index := map[[2]int32]int32{}
	var parts []group
	a.home = make([]int32, len(m.faces))
	for f := range m.faces {
		a.home[f] = -1
		key := [2]int32{m.faces[f].block, m.faces[f].community}
		if key[1] < 0 {
			continue
		}
		k, ok := index[key]
		if !ok {
			k = int32(len(parts))
			index[key] = k
			parts = append(parts, group{block: key[0]})
		}
		parts[k].faces = append(parts[k].faces, int32(f))
		a.home[f] = k
	}
	var wet []int32
	for f := range m.faces {
		if a.home[f] < 0 {
			wet = append(wet, int32(f))
		}
	}
	for len(wet) > 0 { // a stretch may touch water only: then it follows its neighbour in the next round
		var rest []int32
		next := map[int32]int32{}
		for _, f := range wet {
			if k := a.neighbour(l, f); k >= 0 {
				next[f] = k
			} else {
				rest = append(rest, f)
			}
		}
		for _, f := range wet {
			if k, ok := next[f]; ok {
				parts[k].faces = append(parts[k].faces, f)
				a.home[f] = k
			}
		}
		if len(rest) == len(wet) {
			break
		}
		wet = rest
	}
	for _, p := range parts {
		a.communities = append(a.communities, areaNode{parent: streetOf[p.block], faces: p.faces})
	}
}

// neighbour is the community on the same bank with which face f shares the most
// vertices, -1 for none.
func (a *admin) neighbour(l *lattice, f int32) int32 {
	m := l.m
	north := l.blocks[m.faces[f].block].north
	shared := map[int32]int{}
	best := int32(-1)
	m.eachArc(&m.faces[f], func(i int32, forward bool) {
		other := m.arcs[i].left
		if forward {
			other = m.arcs[i].right
		}
		if other < 0 || a.home[other] < 0 || l.blocks[m.faces[other].block].north != north {
			return
		}
		k := a.home[other]
		shared[k] += len(m.arcs[i].shape)
		if best < 0 || shared[k] > shared[best] || shared[k] == shared[best] && k < best {
			best = k
		}
	})
	return best
}

// number sorts areas and writes codes and names: from west to east within a
// row, rows from north to south.
func (a *admin) number(seed uint64, g *terrain, l *lattice) {
	m := l.m
	at := make([]pt, len(m.faces))
	for f := range m.faces {
		at[f] = g.ground(polygonMiddle(m.corners(&m.faces[f])))
	}
	names := newNamer()
	r := newStream(seed, keyName, 1)
	for c := range a.communities {
		a.communities[c].at = meanOf(at, a.communities[c].faces)
	}
	streetsOf := make([][]int32, len(a.districts))
	communitiesOf := make([][]int32, len(a.streets))
	for i := range a.streets {
		streetsOf[a.streets[i].parent] = append(streetsOf[a.streets[i].parent], int32(i))
	}
	for i := range a.communities {
		communitiesOf[a.communities[i].parent] = append(communitiesOf[a.communities[i].parent], int32(i))
	}
	for d := range a.districts {
		counts := map[string]int{}
		for _, s := range reading(streetsOf[d], func(i int32) pt { return a.streets[i].at }) {
			st := &a.streets[s]
			urban := 0.0
			for _, c := range communitiesOf[s] {
				for _, f := range a.communities[c].faces {
					urban += g.density(polygonMiddle(m.corners(&m.faces[f])))
				}
				st.faces = append(st.faces, a.communities[c].faces...)
			}
			var first int
			var suffix string
			switch u := urban / float64(max(1, len(st.faces))); {
			case u > 0.22:
				st.kind, first, suffix = "subdistrict", 1, "街道"
			case u > 0.06:
				st.kind, first, suffix = "town", 101, "镇"
			default:
				st.kind, first, suffix = "township", 201, "乡"
			}
			st.code = fmt.Sprintf("%s%03d", a.districts[d].code, first+counts[st.kind])
			counts[st.kind]++
			st.name = names.name(&r, suffix)
			a.numberCommunities(communitiesOf[s], st, names, &r, at, m)
			a.districts[d].faces = append(a.districts[d].faces, st.faces...)
		}
	}
	for _, list := range []*[]areaNode{&a.streets, &a.communities} {
		sortNodes(list, a, l)
	}
	a.order = make([]int32, len(m.faces))
	for f := range a.order {
		a.order[f] = int32(f)
	}
	slices.SortFunc(a.order, func(p, q int32) int { return cmp.Compare(m.faces[p].code, m.faces[q].code) })
}

func (a *admin) numberCommunities(list []int32, st *areaNode, names *namer, r *stream, at []pt, m *plan) {
	counts := map[string]int{}
	for _, c := range reading(list, func(i int32) pt { return a.communities[i].at }) {
		n := &a.communities[c]
		first, suffix := 1, "社区"
		n.kind = "residents"
		if st.kind != "subdistrict" && len(n.faces) < 9 {
			n.kind, first, suffix = "village", 201, "村"
		}
		n.code = fmt.Sprintf("%s%03d", st.code, first+counts[n.kind])
		counts[n.kind]++
		n.name = names.name(r, suffix)
		for k, f := range reading(n.faces, func(i int32) pt { return at[i] }) {
			m.faces[f].code = fmt.Sprintf("%s%03d", n.code, k+1)
		}
	}
}

// sortNodes puts the areas of a level into the order of their codes and renews
// what points at them.
func sortNodes(list *[]areaNode, a *admin, l *lattice) {
	perm := make([]int32, len(*list))
	for i := range perm {
		perm[i] = int32(i)
	}
	slices.SortFunc(perm, func(p, q int32) int { return cmp.Compare((*list)[p].code, (*list)[q].code) })
	sorted := make([]areaNode, len(perm))
	place := make([]int32, len(perm))
	for i, p := range perm {
		sorted[i], place[p] = (*list)[p], int32(i)
	}
	if list == &a.streets {
		for c := range a.communities {
			a.communities[c].parent = place[a.communities[c].parent]
		}
	} else {
		for f := range a.home {
			a.home[f] = place[a.home[f]]
		}
	}
	*list = sorted
}

func meanOf(at []pt, list []int32) pt {
	var m pt
	for _, i := range list {
		m = m.add(at[i])
	}
	return m.times(1 / float64(max(1, len(list))))
}

// reading sorts things as one reads: in rows from north to south, within a row
// from west to east. Rows are as high as the things are far apart.
func reading(list []int32, at func(int32) pt) []int32 {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, i := range list {
		p := at(i)
		x0, x1, y0, y1 = min(x0, p.x), max(x1, p.x), min(y0, p.y), max(y1, p.y)
	}
	rows := max(1, math.Round(math.Sqrt(float64(len(list))*(y1-y0+1)/(x1-x0+1))))
	height := (y1 - y0 + 1) / rows
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b int32) int {
		p, q := at(a), at(b)
		return cmp.Or(cmp.Compare(math.Floor((y1-p.y)/height), math.Floor((y1-q.y)/height)), cmp.Compare(p.x, q.x), cmp.Compare(a, b))
	})
	return sorted
}
