package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"text/tabwriter"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/live"
)

// layerMemory is the memory of a resident layer as JSON: bytes.
type layerMemory struct {
	ID       string           `json:"id"`
	Rows     int              `json:"rows"`
	Segments int              `json:"segments"`
	Bytes    int64            `json:"bytes"`
	IDs      int64            `json:"ids"`
	Columns  map[string]int64 `json:"columns"` // by field
	Versions int64            `json:"versions"`
	Points   int64            `json:"points"`
	Geometry int64            `json:"geometry"`
	Tree     int64            `json:"tree"`
	Owners   int64            `json:"owners"`
	Cells    int64            `json:"cells"`
}

// checkMemory loads the city as the server does and tells what it takes. Owners and
// cells are worked out when somebody asks for them: it asks once for the groups of
// every area level, and for those of hexagons at one resolution.
func (p *program) checkMemory(ctx context.Context) (err error) {
	store, err := p.open(ctx, gpkg.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	before := liveHeap()
	city, err := live.Open(ctx, store, live.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, city.Close()) }()
	loaded := liveHeap() - before
	v := city.View()
	var list []layerMemory
	for _, l := range v.Layers() {
		if err := askOnce(ctx, v, l); err != nil {
			return err
		}
		m := v.Memory(l.ID)
		out := layerMemory{ID: l.ID, Rows: m.Rows, Segments: m.Segments, Bytes: m.Total(), IDs: m.IDs, Columns: make(map[string]int64, len(l.Fields)),
			Versions: m.Versions, Points: m.Points, Geometry: m.Geometry, Tree: m.Tree, Owners: m.Owners, Cells: m.Cells}
		for i, n := range m.Columns {
			out.Columns[l.Fields[i].Name] = n
		}
		list = append(list, out)
	}
	heap := liveHeap() - before
	slices.SortStableFunc(list, func(a, b layerMemory) int { return cmp.Compare(b.Bytes, a.Bytes) })
	if p.asJSON {
		return p.printJSON(map[string]any{"layers": list, "heap_loaded": loaded, "heap": heap})
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "layer\trows\tMiB\tbytes a row\tids\tcolumns\tversions\tpoints\tgeometry\ttree\towners\tcells\t")
	var sum layerMemory
	for i := range list {
		m := &list[i]
		m.print(w)
		sum.Rows, sum.Bytes, sum.IDs, sum.Versions, sum.Points = sum.Rows+m.Rows, sum.Bytes+m.Bytes, sum.IDs+m.IDs, sum.Versions+m.Versions, sum.Points+m.Points
		sum.Geometry, sum.Tree, sum.Owners, sum.Cells = sum.Geometry+m.Geometry, sum.Tree+m.Tree, sum.Owners+m.Owners, sum.Cells+m.Cells
	}
	sum.ID = "all"
	sum.print(w)
	if err := w.Flush(); err != nil {
		return err
	}
	p.say("the heap grew by %d MiB when the city was loaded, and by %d MiB with owners and cells", loaded>>20, heap>>20)
	return nil
}

// print writes the memory of a layer, its parts in bytes a row.
func (m *layerMemory) print(w *tabwriter.Writer) {
	each := func(n int64) string { return fmt.Sprintf("%.1f", float64(n)/float64(max(m.Rows, 1))) }
	columns := m.Bytes - m.IDs - m.Versions - m.Points - m.Geometry - m.Tree - m.Owners - m.Cells
	fmt.Fprintf(w, "%s\t%d\t%.1f\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", m.ID, m.Rows, float64(m.Bytes)/(1<<20), each(m.Bytes), each(m.IDs), each(columns),
		each(m.Versions), each(m.Points), each(m.Geometry), each(m.Tree), each(m.Owners), each(m.Cells))
}

// hexResolution is the resolution that is asked for: hexagons of some 0.7 km².
const hexResolution = 8

// askOnce asks for the groups of a layer that owners and cells are worked out for.
func askOnce(ctx context.Context, v *live.View, l *layers.Layer) error {
	if l.Geometry == layers.NoGeometry {
		return nil
	}
	q := layers.Query{Subject: layers.SystemSubject(), Layer: l.ID}
	by := []live.By{{Cells: true, Res: hexResolution}}
	for _, level := range layers.Levels() {
		by = append(by, live.By{Level: level})
	}
	for _, b := range by {
		if _, err := v.Group(ctx, q, b, nil); err != nil {
			return err
		}
	}
	return nil
}

// liveHeap is the live memory of the program.
func liveHeap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
