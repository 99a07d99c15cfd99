package gpkg

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"wutu/layers"
)

// prepared is a batch checked and encoded against a catalog. It is made by the
// caller of Apply, so that the writing goroutine only writes.
type prepared struct {
	batch   layers.Batch
	catalog *catalog // against which it was made
	at      time.Time
	defs    []*layers.Layer
	steps   []step
	sorted  []int32 // order in which to write steps; nil: as they stand
	fixes   *fixing // nil: none
}

// step is one change ready to be written.
type step struct {
	op        layers.Op
	table     *table // of the prepared catalog
	id        string
	args      []driver.Value // of the table's insert, with fid and version to be filled in
	box       envelope
	ifVersion *uint64
}

// Apply implements layers.Writer. It costs a flush to the disk, shared with the
// calls that arrive together.
func (s *Store) Apply(ctx context.Context, b layers.Batch) (uint64, error) {
	const op = "gpkg.Apply"
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	at := b.At
	if at.IsZero() {
		at = s.now()
	}
	p, err := prepare(b, at, s.catalog.Load())
	if layers.KindOf(err) == layers.NotFound { // a layer another process may have defined
		err = s.view(ctx, op, func(_ *conn, cat *catalog) error {
			p, err = prepare(b, at, cat)
			return err
		})
	}
	if err != nil {
		return 0, translate(op, err)
	}
	return s.writer.submit(ctx, op, &request{ctx: ctx, prep: p, done: make(chan struct{})})
}

// prepare checks and encodes b. Its errors are those of layers.Writer.
func prepare(b layers.Batch, at time.Time, cat *catalog) (*prepared, error) {
	p := &prepared{batch: b, catalog: cat, at: at.UTC()}
	for _, l := range b.Layers {
		if l == nil {
			return nil, layers.Invalidf("gpkg.Apply", "layers", "holds a layer that is nil")
		}
		if err := cmp.Or(l.Check(), checkTableName(l)); err != nil {
			return nil, err
		}
		l = cloneLayer(l)
		p.defs = append(p.defs, l)
		cat = cat.with(cat.newTable(0, 0, l))
	}
	for i := range b.Records {
		if b.Records[i].Bucket == "" {
			return nil, layers.Invalidf("gpkg.Apply", "records", "a record has no bucket")
		}
	}
	if err := p.encode(b.Changes, cat); err != nil {
		return nil, err
	}
	p.sort()
	return p, nil
}

// encode turns changes into steps. The arguments of a run of puts lie in one
// slab.
func (p *prepared) encode(changes []layers.Change, cat *catalog) error {
	p.steps = make([]step, len(changes))
	var t *table
	var slab []driver.Value
	var geometry []byte
	seal := sealing{keys: cat.keys}
	for i := range changes {
		c := &changes[i]
		if t == nil || t.layer.ID != c.Layer {
			var err error
			if t, err = cat.table("gpkg.Apply", c.Layer); err != nil {
				return err
			}
		}
		s := &p.steps[i]
		*s = step{op: c.Op, table: t, id: c.ID, box: emptyEnvelope()}
		if c.IfVersion != nil {
			v := *c.IfVersion
			s.ifVersion = &v
		}
		switch c.Op {
		case layers.Delete:
		case layers.Put:
			n := t.statementArgs()
			if len(slab) < n {
				slab = make([]driver.Value, n*min(len(changes)-i, 512))
			}
			s.args, slab = slab[:n:n], slab[n:]
			var err error
			if geometry, err = s.encode(c, geometry, &seal); err != nil {
				return err
			}
		default:
			return &layers.Error{Kind: layers.Invalid, Op: "gpkg.Apply", Layer: c.Layer, ID: c.ID, Field: "op",
				Err: fmt.Errorf("a change is put or delete, not %s", c.Op)}
		}
	}
	return nil
}

// encode fills the arguments of a put. buf is a slab for geometries, of which
// the rest is returned.
func (s *step) encode(c *layers.Change, buf []byte, seal *sealing) ([]byte, error) {
	l, f := s.table.layer, c.Feature
	fail := func(field string, err error) error {
		return &layers.Error{Kind: layers.Invalid, Op: "gpkg.Apply", Layer: l.ID, ID: c.ID, Field: field, Err: err}
	}
	if f == nil {
		return buf, fail("feature", errors.New("is missing"))
	}
	if c.ID != "" && c.ID != f.Key {
		return buf, fail("id", fmt.Errorf("the change names %.80q, its feature %.80q", c.ID, f.Key))
	}
	if err := f.CheckAgainst(l); err != nil {
		return buf, err
	}
	s.id = f.Key
	s.args[colID], s.args[colFrom], s.args[colTo] = f.Key, instant(f.ValidFrom), instant(f.ValidTo)
	first := fixedColumns
	if !s.table.spatial() {
		first--
	} else if f.Shape != nil {
		start := len(buf)
		if cap(buf)-start < 256 {
			buf, start = make([]byte, 0, 64<<10), 0
		}
		b, box, err := appendGeometry(buf, f.Shape, l.Geometry)
		if err != nil {
			return buf, fail("geometry", err)
		}
		buf, s.box = b, box
		s.args[colGeom] = b[start:len(b):len(b)]
	}
	for i, v := range f.Values {
		s.args[first+i] = column(v, l.Fields[i].Type)
	}
	if len(s.table.sealed) > 0 {
		if field, err := seal.values(s.table, s.id, s.args, first); err != nil {
			return buf, &layers.Error{Kind: layers.Unavailable, Op: "gpkg.Apply", Layer: l.ID, ID: c.ID, Field: field, Err: err}
		}
	}
	return buf, nil
}

// sort decides the order of writing. A batch of puts is written in order of id,
// so that a page of the id index is touched once and not once for each feature;
// deletions make the numbers of later changes depend on what they find, and are
// taken as they stand.
func (p *prepared) sort() {
	order := make([]int32, len(p.steps))
	sorted := true
	for i := range p.steps {
		if p.steps[i].op != layers.Put {
			return
		}
		order[i] = int32(i)
		sorted = sorted && (i == 0 || p.compare(int32(i-1), int32(i)) <= 0)
	}
	if sorted {
		return
	}
	slices.SortStableFunc(order, p.compare)
	p.sorted = order
}

func (p *prepared) compare(a, b int32) int {
	x, y := &p.steps[a], &p.steps[b]
	return cmp.Or(cmp.Compare(x.table.layer.ID, y.table.layer.ID), cmp.Compare(x.id, y.id))
}
