package roadnet

// fragmentNodes is how many nodes a strongly connected component needs to serve
// for starting and arriving, unless it is the largest.
const fragmentNodes = 32

// components finds the strongly connected components of a mode by Tarjan's
// algorithm (1972) without recursion, and keeps those that serve, numbered from 0
// in order of their first nodes.
func (g *Graph) components(m Mode) {
	n := len(g.places)
	const unseen = -1
	number, low := make([]int32, n), make([]int32, n)
	comp, on := make([]int32, n), make([]bool, n)
	for i := range number {
		number[i], comp[i] = unseen, unseen
	}
	type frame struct {
		node int32
		next uint32
	}
	var frames []frame
	var stack []int32
	var sizes []int
	count := int32(0)
	open := func(v int32) {
		number[v], low[v] = count, count
		count++
		stack, on[v] = append(stack, v), true
		frames = append(frames, frame{v, g.first[v]})
	}
	for root := range int32(n) {
		if number[root] != unseen {
			continue
		}
		for open(root); len(frames) > 0; {
			f := &frames[len(frames)-1]
			v := f.node
			if f.next < g.first[v+1] {
				i := f.next
				f.next++
				if g.costs[m][g.sides[i]] == closed {
					continue
				}
				w := g.heads[i]
				if number[w] == unseen {
					open(w)
				} else if on[w] {
					low[v] = min(low[v], number[w])
				}
				continue
			}
			frames = frames[:len(frames)-1]
			if len(frames) > 0 {
				u := frames[len(frames)-1].node
				low[u] = min(low[u], low[v])
			}
			if low[v] != number[v] {
				continue
			}
			size := 0
			for w := int32(-1); w != v; size++ {
				w = stack[len(stack)-1]
				stack, on[w] = stack[:len(stack)-1], false
				comp[w] = int32(len(sizes))
			}
			sizes = append(sizes, size)
		}
	}
	g.serve(m, comp, sizes)
}

// serve renumbers the components that are large enough.
func (g *Graph) serve(m Mode, comp []int32, sizes []int) {
	largest := 0
	for _, s := range sizes {
		largest = max(largest, s)
	}
	name := make([]int32, len(sizes))
	for i := range name {
		name[i] = -2 // not met yet
	}
	kept := int32(0)
	for v, c := range comp {
		if name[c] == -2 {
			name[c] = -1
			if sizes[c] == largest || sizes[c] >= fragmentNodes {
				name[c] = kept
				kept++
			}
		}
		comp[v] = name[c]
	}
	g.part[m] = comp
	g.stats.Components[m] = int(kept)
}

// serves reports whether one may start and arrive on an edge.
func (g *Graph) serves(m Mode, edge int32) bool {
	p := g.part[m][g.from[edge]]
	return p >= 0 && p == g.part[m][g.to[edge]] && (g.costs[m][2*edge] != closed || g.costs[m][2*edge+1] != closed)
}
