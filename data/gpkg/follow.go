package gpkg

import (
	"context"
	"errors"
	"iter"
	"time"

	"wutu/layers"
)

// Room of a follower: for lines of the log, some thousand, and for rows.
const (
	linesBytes  = 64 << 10
	followBytes = 256 << 10
)

// Changes implements layers.ChangeReader. The log holds no bodies: a put is read
// from its table, and left out when a later change has overtaken it. It reads some
// thousand lines ahead of what it yields.
func (s *Store) Changes(ctx context.Context, since uint64) iter.Seq2[layers.Change, error] {
	const op = "gpkg.Changes"
	return func(yield func(layers.Change, error) bool) {
		if since > 1<<63-1 {
			return // beyond every sequence
		}
		err := s.readers.lend(ctx, op, func(c *conn) error {
			f, err := c.following(s.path)
			if err != nil {
				return err
			}
			if err = s.enter(ctx, op, f); err == nil {
				err = f.drain(ctx, int64(since), yield)
			}
			if err == nil || errors.Is(err, errStop) {
				err = errors.Join(err, f.link.end())
			}
			if err != nil && !errors.Is(err, errStop) { // the next begins anew
				c.follower = nil
				err = errors.Join(err, f.close())
			}
			return err
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(layers.Change{}, err)
		}
	}
}

// enter begins the transaction of a follower, with the catalog of its state. Where
// that is new, whoever reads the catalog after it knows it.
func (s *Store) enter(ctx context.Context, op string, f *follower) error {
	for {
		known, err := f.begin(s.catalog.Load())
		if err != nil || known {
			return err
		}
		if err := f.link.end(); err != nil {
			return err
		}
		if err := s.view(ctx, op, func(*conn, *catalog) error { return nil }); err != nil {
			return err
		}
	}
}

// follower turns lines of the log into changes. It has a connection of its own. For
// one goroutine.
type follower struct {
	link    *link
	state   *scanner // of the catalog
	lines   *scanner
	catalog *catalog // of the transaction
	tables  map[*table]*current
	log     []logLine
	keys    []int64
	buf     []byte
}

// current reads the rows of a table that changed.
type current struct {
	look *looker
	unpacker
	features []layers.Feature
}

// following is the follower of the connection, which is made when it is first asked for.
func (c *conn) following(path string) (*follower, error) {
	if c.follower != nil {
		return c.follower, nil
	}
	l, err := newLink(path)
	if err != nil {
		return nil, err
	}
	f := &follower{link: l, tables: make(map[*table]*current), buf: make([]byte, followBytes)}
	if f.state, err = l.newScanner(catalogState, 64); err == nil {
		f.lines, err = l.newScanner("SELECT seq, at, op, layer, fid, id FROM wutu_changes WHERE seq > ? ORDER BY seq", linesBytes)
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	c.follower = f
	return f, nil
}

func (f *follower) close() error {
	f.forget()
	for _, s := range []*scanner{f.state, f.lines} {
		if s != nil {
			s.close()
		}
	}
	return f.link.close()
}

// forget closes what belongs to the tables.
func (f *follower) forget() {
	for _, c := range f.tables {
		c.look.close()
	}
	clear(f.tables)
}

// begin begins a transaction, and reports whether a catalog is that of its state.
func (f *follower) begin(c *catalog) (known bool, err error) {
	if f.catalog != c {
		f.forget()
		f.catalog = c
	}
	if err := f.link.begin(); err != nil {
		return false, err
	}
	if err := f.state.start(); err != nil {
		return false, err
	}
	defer f.state.stop()
	packed, n, err := f.state.next(context.Background())
	if err != nil || n == 0 {
		return false, err
	}
	var version, sealed cell
	sealed.unpack(version.unpack(packed))
	return c.tables != nil && c.version == version.integer() && c.seals.n == int64(sealed.integer()), nil
}

func (f *follower) drain(ctx context.Context, since int64, yield func(layers.Change, error) bool) error {
	if err := f.lines.start(since); err != nil {
		return err
	}
	defer f.lines.stop()
	for {
		packed, n, err := f.lines.next(ctx)
		if err != nil || n == 0 {
			return err
		}
		f.log = f.log[:0]
		for range n {
			packed = f.readLine(packed)
		}
		for log := f.log; len(log) > 0; {
			n := 1
			for n < len(log) && log[n].op == log[0].op && log[n].layer == log[0].layer {
				n++
			}
			if err := f.run(log[:n], yield); err != nil {
				return err
			}
			log = log[n:]
		}
	}
}

// readLine takes a line of seq, at, op, layer, fid, id off the front of packed rows.
func (f *follower) readLine(packed []byte) []byte {
	var c [6]cell
	for i := range c {
		packed = c[i].unpack(packed)
	}
	line := logLine{seq: c[0].integer(), at: time.UnixMicro(int64(c[1].integer())).UTC(), op: layers.Op(c[2].integer()),
		layer: int64(c[3].integer()), fid: int64(c[4].integer())}
	if line.op == opMoved {
		line.op = layers.Put
	}
	if c[5].kind == cellText {
		line.id = string(c[5].text)
	}
	f.log = append(f.log, line)
	return packed
}

// run yields the changes of lines of one kind and layer.
func (f *follower) run(log []logLine, yield func(layers.Change, error) bool) error {
	t := f.catalog.byNum[log[0].layer]
	if t == nil {
		return errors.New("the change log names a layer that does not exist")
	}
	if log[0].op == layers.Put {
		return f.puts(t, log, yield)
	}
	for i := range log {
		line := &log[i]
		c := layers.Change{Seq: line.seq, At: line.at, Op: line.op, Layer: t.layer.ID, ID: line.id}
		if line.op == layers.Define {
			if t.defined != line.seq {
				continue
			}
			c.Def = t.layer
		}
		if !yield(c, nil) {
			return errStop
		}
	}
	return nil
}

// puts yields those puts of a layer that no later change has overtaken.
func (f *follower) puts(t *table, log []logLine, yield func(layers.Change, error) bool) error {
	table, err := f.table(t)
	if err != nil {
		return err
	}
	f.keys = f.keys[:0]
	for i := range log {
		f.keys = append(f.keys, log[i].fid)
	}
	for keys := f.keys; len(keys) > 0; {
		var packed []byte
		var n int
		if packed, f.buf, n, err = table.look.look(keys, f.buf); err != nil {
			return err
		}
		for i := range n {
			found := packed[0] == 1
			if packed = packed[1:]; !found {
				continue
			}
			for j := range table.cells {
				packed = table.cells[j].unpack(packed)
			}
			line := &log[i]
			if table.cells[colVersion].integer() != line.seq {
				continue
			}
			feature, err := table.feature()
			if err != nil {
				return err
			}
			if !yield(layers.Change{Seq: line.seq, At: line.at, Op: layers.Put, Layer: t.layer.ID, ID: feature.Key, Feature: feature}, nil) {
				return errStop
			}
		}
		keys, log = keys[n:], log[n:]
	}
	return nil
}

func (f *follower) table(t *table) (*current, error) {
	if c := f.tables[t]; c != nil {
		return c, nil
	}
	look, err := f.link.newLooker(t.byFID)
	if err != nil {
		return nil, err
	}
	c := &current{look: look, unpacker: unpacker{decoder: decoder{table: t}, cells: make([]cell, fixedColumns+len(t.layer.Fields))}}
	f.tables[t] = c
	return c, nil
}

// feature decodes the cells into a feature of the caller's own. It shares its memory
// with some of those before and behind it.
func (c *current) feature() (*layers.Feature, error) {
	n := len(c.table.layer.Fields)
	if len(c.slab) < n {
		c.slab = make([]layers.Value, slabRows*n)
	}
	c.unpacker.feature.Values, c.slab = c.slab[:n:n], c.slab[n:]
	if err := c.unpack(); err != nil {
		return nil, err
	}
	if len(c.features) == 0 {
		c.features = make([]layers.Feature, slabRows)
	}
	f := &c.features[0]
	c.features = c.features[1:]
	*f = c.unpacker.feature
	f.KeepTexts()
	return f, nil
}
