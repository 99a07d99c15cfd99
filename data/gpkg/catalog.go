package gpkg

import (
	"fmt"
	"maps"
	"slices"

	"wutu/layers"
	"wutu/layers/keyring"
)

// catalog is the layers of the file as of one state. It is immutable.
type catalog struct {
	version uint64 // sequence of the latest definition
	seals   *seals
	keys    *keyring.Ring // nil: the store was opened without
	texts   bool          // every text is sealed, as tests of the whole suite want it
	tables  map[string]*table
	byNum   map[int64]*table
}

// catalogState tells of which state of the file a catalog is: its version and that of
// its seals.
const catalogState = "SELECT (SELECT max(seq) FROM wutu_layers), (SELECT max(n) FROM wutu_seals)"

// loadCatalog reads the catalog inside the connection's transaction; known is
// returned when it is still right. Its error is Unavailable when known's keys do
// not open what the file's keys have sealed.
func loadCatalog(c *conn, known *catalog) (*catalog, error) {
	row, err := c.first(catalogState)
	if err != nil {
		return nil, err
	}
	version, _ := row[0].(int64)
	sealed, _ := row[1].(int64)
	if known.tables != nil && known.version == uint64(version) && known.seals.n == sealed {
		return known, nil
	}
	out := &catalog{version: uint64(version), keys: known.keys, texts: known.texts, tables: make(map[string]*table), byNum: make(map[int64]*table)}
	if out.seals, err = loadSeals(c); err != nil {
		return nil, err
	}
	if err := out.seals.checkKeys(out.keys); err != nil {
		return nil, err
	}
	r, err := c.query("SELECT num, seq, definition FROM wutu_layers ORDER BY num")
	if err != nil {
		return nil, err
	}
	defer r.close()
	for {
		ok, err := r.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			return out, nil
		}
		num, _ := r.values[0].(int64)
		seq, _ := r.values[1].(int64)
		text, _ := r.values[2].(string)
		l, err := decodeDefinition(text)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", num, err)
		}
		t := out.newTable(num, uint64(seq), l)
		out.tables[l.ID], out.byNum[num] = t, t
	}
}

// with returns a catalog that has t in addition or in place of its namesake.
func (c *catalog) with(t *table) *catalog {
	out := &catalog{version: max(c.version, t.defined), seals: c.seals, keys: c.keys, texts: c.texts, tables: maps.Clone(c.tables), byNum: maps.Clone(c.byNum)}
	out.tables[t.layer.ID] = t
	if t.num > 0 {
		out.byNum[t.num] = t
	}
	return out
}

// isSealed reports whether the values of a field are encrypted.
func (c *catalog) isSealed(f *layers.Field) bool {
	return f.Sealed || c.texts && f.Type == layers.String
}

// same reports whether what was encoded against c fits other.
func (c *catalog) same(other *catalog) bool {
	return c.version == other.version && c.seals.n == other.seals.n
}

// newer reports whether c is a later state of the file than other.
func (c *catalog) newer(other *catalog) bool {
	return c.version > other.version || c.version == other.version && c.seals.n > other.seals.n
}

func (c *catalog) table(op, id string) (*table, error) {
	t, ok := c.tables[id]
	if !ok {
		return nil, &layers.Error{Kind: layers.NotFound, Op: op, Layer: id, Err: fmt.Errorf("no such layer")}
	}
	return t, nil
}

func (c *catalog) layers() []*layers.Layer {
	out := make([]*layers.Layer, 0, len(c.tables))
	for _, id := range slices.Sorted(maps.Keys(c.tables)) {
		out = append(out, c.tables[id].layer)
	}
	return out
}

// cloneLayer copies l with everything it refers to. Empty lists become nil, as
// they are when read from the file.
func cloneLayer(l *layers.Layer) *layers.Layer {
	c := *l
	c.Fields = append([]layers.Field(nil), l.Fields...)
	for i := range c.Fields {
		c.Fields[i].Codes = append([]layers.Code(nil), c.Fields[i].Codes...)
	}
	return &c
}
