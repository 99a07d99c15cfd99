package gpkg

import (
	"database/sql/driver"
	"math"

	"wutu/layers"
)

// span is an interval of microseconds since 1970: from inclusive, till exclusive,
// the ends of the 64-bit range for no bound.
type span struct{ from, till int64 }

// always is the span without bounds.
var always = span{math.MinInt64, math.MaxInt64}

func (s span) empty() bool            { return s.from >= s.till }
func (s span) holds(at int64) bool    { return s.from <= at && at < s.till }
func (s span) contains(o span) bool   { return s.from <= o.from && o.till <= s.till }
func (s span) intersects(o span) bool { return s.from < o.till && o.from < s.till }

// spanOf reads the validity columns of a row. What another program wrote there
// and nobody can read is never the truth.
func spanOf(from, to driver.Value) span {
	s := always
	for _, end := range [...]struct {
		column driver.Value
		to     *int64
	}{{from, &s.from}, {to, &s.till}} {
		if end.column == nil {
			continue
		}
		v, err := value(end.column, layers.DateTime)
		if err != nil {
			return span{}
		}
		*end.to = v.Micro()
	}
	return s
}

// truth is when a version counts: within its span, but for gaps that versions
// learned later have torn.
type truth struct {
	span
	gaps bool // the span may have gaps
}

// without takes what was learned later out of a truth.
func (t truth) without(cut span) truth {
	switch {
	case cut.empty() || !t.intersects(cut):
	case cut.contains(t.span):
		return truth{span: span{t.from, t.from}}
	case cut.from <= t.from:
		t.from = cut.till
	case cut.till >= t.till:
		t.till = cut.from
	default:
		t.gaps = true
	}
	return t
}

// learn takes the span of a version that is new out of the truth of the old
// versions of its feature. was is the span of the version it replaces, which all
// older ones lack already; nil when it replaces none.
func (tx *transaction) learn(t *table, id string, is span, was *span) error {
	if was != nil && was.contains(is) {
		return nil
	}
	some, known := tx.storied[t.num]
	if !known {
		row, err := tx.conn.first("SELECT 1 FROM wutu_history WHERE layer = ? LIMIT 1", t.num)
		if err != nil {
			return err
		}
		some = row != nil
		tx.storied[t.num] = some
	}
	if !some {
		return nil
	}
	return tx.cut(t, id, is)
}

// cut takes a span out of the truth of all old versions of a feature.
func (tx *transaction) cut(t *table, id string, out span) error {
	r, err := tx.conn.query(`SELECT n, since, till, gaps FROM wutu_history
		WHERE layer = ? AND id = ? AND since < till AND since < ? AND till > ?`, t.num, id, out.till, out.from)
	if err != nil {
		return err
	}
	type line struct {
		n int64
		truth
	}
	var lines []line
	if err := drainRows(r, func(row []driver.Value) error {
		n, _ := row[0].(int64)
		lines = append(lines, line{n, truthOf(row[1:])})
		return nil
	}); err != nil {
		return err
	}
	for _, l := range lines {
		left := l.without(out)
		if left == l.truth {
			continue
		}
		if _, err := tx.conn.exec("UPDATE wutu_history SET since = ?, till = ?, gaps = ? WHERE n = ?", left.from, left.till, flag(left.gaps), l.n); err != nil {
			return err
		}
		if left.empty() {
			_, err = tx.conn.exec("DELETE FROM wutu_past WHERE n = ?", l.n)
		} else {
			t0, t1 := left.coordinates()
			_, err = tx.conn.exec("UPDATE wutu_past SET t0 = ?, t1 = ? WHERE n = ?", t0, t1, l.n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pastEntry is a version that was buried in this transaction and is still the truth
// at some time. The index takes all of them at its end: between other statements,
// each of its inserts would cost as much as the transaction is long.
type pastEntry struct {
	layer, n int64
	geom     driver.Value
}

// finishPast makes the entries of the index; what was learned since may have
// narrowed them.
func (tx *transaction) finishPast() error {
	left := make([]truth, len(tx.past))
	for i, e := range tx.past {
		row, err := tx.conn.first("SELECT since, till, gaps FROM wutu_history WHERE n = ?", e.n)
		if err != nil {
			return err
		}
		if row != nil { // else replaced, as only rows of other programs are
			left[i] = truthOf(row)
		}
	}
	for i, e := range tx.past {
		if err := indexPast(tx.conn, e.layer, e.n, e.geom, left[i]); err != nil {
			return err
		}
	}
	tx.past = nil
	return nil
}

// truthOf reads the columns since, till and gaps.
func truthOf(columns []driver.Value) truth {
	var t truth
	t.from, _ = columns[0].(int64)
	t.till, _ = columns[1].(int64)
	t.gaps = columns[2] == int64(1)
	return t
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// indexPast makes the entry of an old version in the index of place and time.
func indexPast(c *conn, layer, n int64, geom driver.Value, t truth) error {
	if t.empty() {
		return nil
	}
	x0, x1, y0, y1 := placeOf(geom, n)
	t0, t1 := t.coordinates()
	l := layerCoordinate(layer)
	_, err := c.exec("INSERT INTO wutu_past (n, x0, x1, y0, y1, t0, t1, l0, l1) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", n, x0, x1, y0, y1, t0, t1, l, l+layerWidth)
	return err
}

// boxOf is the box of a geometry column, empty for none and for what cannot be
// read.
func boxOf(geom driver.Value) envelope {
	blob, ok := geom.([]byte)
	if !ok {
		return emptyEnvelope()
	}
	if p, ok := plainPoint(blob); ok {
		return envelope{minX: p[0], maxX: p[0], minY: p[1], maxY: p[1]}
	}
	if _, e, ok, err := splitGeometry(blob); err != nil || ok {
		return e
	}
	e := emptyEnvelope()
	if g, err := decodeGeometry(blob); err != nil || g == nil || e.add(g, 0) != nil {
		return emptyEnvelope()
	}
	return e
}

// The axes of the index hold 32-bit numbers. An R-tree grows well when what is
// asked for is about as long on every axis: a neighbourhood is some 10^5 units of
// 10^-7 degrees, half a year some 3·10^4 units of nine minutes, and two layers are
// far apart. The exact columns decide; the index only must not miss anything, so
// that every rounding and bound goes the same way for entries and questions.
const (
	degree      = 1e7
	edge        = 199 * degree // beyond every longitude; what lies beyond is taken to be here
	nowhere     = 200 * degree // from here on versions without a place lie, which no box meets,
	nowhereBits = 26           // in a square of 2^26 units
	timeShift   = 29           // 2^29 µs are 537 s
	layerStride = 1 << 20
	layerSlots  = 1 << 11
	layerWidth  = 1 << 16 // were it 0, so were all volumes, and SQLite would choose nodes blindly
)

// Times before 1900 and after 2150 are taken to be then: a bound that is missing
// must not stretch the boxes of the index.
const (
	earliest = -2_208_988_800_000_000
	latest   = 5_680_281_600_000_000
)

func timeCoordinate(us int64) int64 { return max(earliest, min(latest, us)) >> timeShift }

func layerCoordinate(num int64) int64 { return num % layerSlots * layerStride }

// coordinates is the interval of the span on the axis of time, both ends
// inclusive.
func (s span) coordinates() (t0, t1 int64) { return timeCoordinate(s.from), timeCoordinate(s.till) }

func (e envelope) coordinates() (x0, x1, y0, y1 int64) {
	at := func(degrees float64) float64 { return max(-edge, min(edge, degrees*degree)) }
	return int64(math.Floor(at(e.minX))), int64(math.Ceil(at(e.maxX))), int64(math.Floor(at(e.minY))), int64(math.Ceil(at(e.maxY)))
}

// placeOf is where the version in a line of history lies on the axes of place.
// Those without a place are strewn, for the same reason as layers have a width.
func placeOf(geom driver.Value, n int64) (x0, x1, y0, y1 int64) {
	if e := boxOf(geom); !e.empty() {
		return e.coordinates()
	}
	// Odd multipliers, the first by the golden ratio: neighbours fall far apart.
	const mask = 1<<nowhereBits - 1
	x, y := nowhere+int64(uint64(n)*0x9E3779B97F4A7C15>>20)&mask, nowhere+int64(uint64(n)*0xD1B54A32D192ED03>>20)&mask
	return x, x, y, y
}
