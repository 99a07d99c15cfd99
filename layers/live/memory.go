package live

// Memory is how many bytes of the heap a resident layer takes, by what they hold.
type Memory struct {
	Rows     int // current rows
	Segments int

	IDs      int64   // texts of the ids, hash from id to row, rows in order of id
	Columns  []int64 // by field of the layer
	Versions int64   // and validity
	Points   int64   // of each row
	Geometry int64   // of what is more than a point
	Tree     int64   // without points
	Owners   int64   // areas of the rows, worked out when first asked for
	Cells    int64   // H3 cells of the rows, likewise
	Sums     int64   // of places and sizes for drawing, likewise
	Delta    int64   // rows changed since the last merge, estimated; and which rows are dead
}

// Total is the sum of all parts.
func (m *Memory) Total() int64 {
	n := m.IDs + m.Versions + m.Points + m.Geometry + m.Tree + m.Owners + m.Cells + m.Sums + m.Delta
	for _, c := range m.Columns {
		n += c
	}
	return n
}

// Memory tells the memory of a layer, whoever asks; the zero Memory for a layer that
// is not there. It is counted from the tables, not measured, and agrees with the heap
// within a few percent. It costs O(segments × fields + texts of dictionaries).
func (v *View) Memory(layer string) Memory {
	t, ok := v.tables[layer]
	if !ok {
		return Memory{}
	}
	return t.memory()
}

func (t *table) memory() Memory {
	m := Memory{Rows: t.rowCount(), Segments: len(t.parts), Columns: make([]int64, len(t.layer.Fields))}
	for i := range t.parts {
		t.parts[i].seg.addTo(&m)
		m.Delta += int64(t.parts[i].dead.bytes())
	}
	const perDeltaRow = 300 // feature, values, tree and map entries of a typical row
	m.Delta += int64(perDeltaRow * len(t.delta.rows))
	return m
}

// bytes estimates the memory of the table.
func (t *table) bytes() int64 {
	m := t.memory()
	return m.Total()
}

// addTo adds the memory of the segment.
func (s *segment) addTo(m *Memory) {
	m.IDs += int64(s.ids.bytes())
	m.Versions += int64(s.versions.bytes())
	if s.valid != nil {
		m.Versions += int64(8 * (len(s.valid.from) + len(s.valid.to)))
	}
	points := int64(16 * len(s.points))
	m.Points += points
	m.Geometry += int64(s.geomSize)
	m.Tree += int64(s.tree.Bytes())
	if s.tree.Points() != nil { // they are the segment's
		m.Tree -= points
	}
	for i, c := range s.columns {
		m.Columns[i] += int64(c.bytes())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.cells {
		m.Cells += int64(c.bytes())
	}
	for _, o := range s.owners {
		m.Owners += int64(o.area.bytes())
	}
	for _, o := range s.former {
		m.Owners += int64(o.area.bytes())
	}
	m.Sums += int64(s.latticeBytes() + s.measuredBytes())
}
