package release

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// The encoded state, all numbers little-endian varints (z: zigzag) but where
// noted, texts as length and bytes:
//
//	"WTRL" version(1 byte)
//	layer k seq
//	dimensions: n × (name, codes: n × text)
//	measures:   n × (name, scale: float64)
//	areas:      4 × (n × code), only those of places, ascending
//	places:     n × (has, 4 × (area+1 or 0)), ascending
//	base cells: n × (cell delta, place, combination, rows, measures × (z sum, z with)), ascending
//	blocks:     n × (has, [lon, lat: float64], combination, rows, measures × (z sum, z with))
//	xxhash64 of all before (8 bytes)
const (
	magic   = "WTRL"
	version = 1
)

// Encode writes the state. Equal states make equal bytes, in whatever order
// their rows came. It costs O(n log n).
func (s *State) Encode() []byte {
	e := encoder{b: append([]byte(magic), version)}
	e.text(s.layer)
	e.uint(uint64(s.k))
	e.uint(s.seq)
	e.uint(uint64(len(s.schema.dims)))
	for i := range s.schema.dims {
		e.text(s.schema.dims[i].name)
		e.texts(s.schema.dims[i].codes)
	}
	e.uint(uint64(len(s.schema.measures)))
	for i := range s.schema.measures {
		e.text(s.schema.measures[i].name)
		e.float(s.schema.measures[i].scale)
	}
	e.baseCells(s)
	e.uint(uint64(len(s.blocks)))
	for i := range s.blocks {
		b := &s.blocks[i]
		e.bool(b.has)
		if b.has {
			e.float(b.anchor[0])
			e.float(b.anchor[1])
		}
		e.uint(uint64(b.comb))
		e.uint(uint64(b.n))
		for m := range b.sums {
			e.int(b.sums[m])
			e.int(int64(b.with[m]))
		}
	}
	return binary.LittleEndian.AppendUint64(e.b, xxhash.Sum64(e.b))
}

// baseCells writes areas, places and base cells that the blocks account for.
func (e *encoder) baseCells(s *State) {
	var used []int
	seen := make([]bool, len(s.places))
	var placeList []place
	for i := range s.n {
		if s.accounts(i) {
			used = append(used, i)
			if p := s.keys[i].place; !seen[p] {
				seen[p] = true
				placeList = append(placeList, s.places[p])
			}
		}
	}
	var areas [levels]map[uint32]uint32 // position in s to position in the file
	for level := range areas {
		var codes []string
		at := make(map[string]uint32)
		for _, p := range placeList {
			if a := p.areas[level]; a != NoArea {
				at[s.codes[level][a]] = a
			}
		}
		for code := range at {
			codes = append(codes, code)
		}
		slices.SortFunc(codes, strings.Compare)
		e.texts(codes)
		areas[level] = make(map[uint32]uint32, len(codes))
		for i, code := range codes {
			areas[level][at[code]] = uint32(i)
		}
	}
	local := func(p place) place {
		for level, a := range p.areas {
			if a != NoArea {
				p.areas[level] = areas[level][a]
			}
		}
		return p
	}
	for i, p := range placeList {
		placeList[i] = local(p)
	}
	slices.SortFunc(placeList, func(a, b place) int { return a.compare(&b) })
	rank := make(map[place]uint32, len(placeList))
	e.uint(uint64(len(placeList)))
	for i, p := range placeList {
		rank[p] = uint32(i)
		e.bool(p.has)
		for _, a := range p.areas {
			e.uint(uint64(a + 1))
		}
	}
	placeRank := make([]uint32, len(s.places))
	for i, ok := range seen {
		if ok {
			placeRank[i] = rank[local(s.places[i])]
		}
	}
	slices.SortFunc(used, func(a, b int) int {
		ka, kb := s.keys[a], s.keys[b]
		ka.place, kb.place = placeRank[ka.place], placeRank[kb.place]
		return ka.compare(kb)
	})
	e.uint(uint64(len(used)))
	m, last := len(s.schema.measures), uint64(0)
	for _, i := range used {
		k := &s.keys[i]
		e.uint(uint64(k.cell) - last)
		last = uint64(k.cell)
		e.uint(uint64(placeRank[k.place]))
		e.uint(uint64(k.comb))
		e.uint(uint64(s.n[i]))
		for j := i * m; j < (i+1)*m; j++ {
			e.int(s.sums[j])
			e.int(int64(s.with[j]))
		}
	}
}

type encoder struct{ b []byte }

func (e *encoder) uint(v uint64)   { e.b = binary.AppendUvarint(e.b, v) }
func (e *encoder) int(v int64)     { e.b = binary.AppendVarint(e.b, v) }
func (e *encoder) float(f float64) { e.b = binary.LittleEndian.AppendUint64(e.b, math.Float64bits(f)) }

func (e *encoder) bool(v bool) {
	if v {
		e.b = append(e.b, 1)
	} else {
		e.b = append(e.b, 0)
	}
}

func (e *encoder) text(s string) {
	e.uint(uint64(len(s)))
	e.b = append(e.b, s...)
}

func (e *encoder) texts(list []string) {
	e.uint(uint64(len(list)))
	for _, s := range list {
		e.text(s)
	}
}
