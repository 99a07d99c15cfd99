package gpkg

import (
	"context"
	"crypto/hmac"
	"database/sql/driver"
	"errors"
	"iter"
	"strings"
	"time"

	"wutu/layers/audit"
	"wutu/layers/keyring"
)

const auditColumns = "n, at, actor, action, object, detail, chain, rule, role, origin, filter, handed, result, purpose, mark"

// Audit implements audit.Source. A text that does not open any more, because
// somebody changed it, is yielded as it is stored; VerifyAudit names it.
func (s *Store) Audit(ctx context.Context, q audit.Query) iter.Seq2[audit.Line, error] {
	return func(yield func(audit.Line, error) bool) {
		err := s.readers.lend(ctx, "gpkg.Audit", func(c *conn) error {
			return readAudit(ctx, c, s.catalog.Load().keys, q, func(l *audit.Line) error {
				if !yield(*l, nil) {
					return errStop
				}
				return nil
			})
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(audit.Line{}, err)
		}
	}
}

// readAudit calls emit for the lines that q selects. Each line is emit's own.
func readAudit(ctx context.Context, c *conn, keys *keyring.Ring, q audit.Query, emit func(*audit.Line) error) error {
	sql, args := auditQuery(&q)
	r, err := c.query(sql, args...)
	if err != nil {
		return err
	}
	seal := sealing{keys: keys}
	for n := 0; err == nil; n++ {
		if n%checkEvery == 0 {
			if err = ctx.Err(); err != nil {
				break
			}
		}
		var ok bool
		if ok, err = r.next(); err != nil || !ok {
			break
		}
		err = emit(auditLine(r.values, &seal))
	}
	return errors.Join(err, r.close())
}

// auditQuery writes the statement of a query.
func auditQuery(q *audit.Query) (sql string, args []driver.Value) {
	var where []string
	add := func(condition string, arg driver.Value) {
		where, args = append(where, condition), append(args, arg)
	}
	if !q.From.IsZero() {
		add("at >= ?", ceilMicro(q.From))
	}
	if !q.To.IsZero() {
		add("at < ?", ceilMicro(q.To))
	}
	for _, p := range [...]struct{ column, pattern string }{{"actor", q.Actor}, {"action", q.Action}, {"object", q.Object}} {
		prefix, open := strings.CutSuffix(p.pattern, "*")
		switch {
		case open:
			add("substr("+p.column+", 1, length(?)) = ?", prefix)
			args = append(args, prefix)
		case p.pattern != "":
			add(p.column+" = ?", p.pattern)
		}
	}
	order := " ORDER BY n"
	if q.Newest {
		order = " ORDER BY n DESC"
	}
	switch {
	case q.After == 0:
	case q.Newest:
		add("n < ?", int64(q.After))
	default:
		add("n > ?", int64(q.After))
	}
	sql = "SELECT " + auditColumns + " FROM wutu_audit"
	if len(where) > 0 {
		sql += " WHERE " + strings.Join(where, " AND ")
	}
	sql += order
	if q.Limit > 0 {
		sql, args = sql+" LIMIT ?", append(args, int64(q.Limit))
	}
	return sql, args
}

// ceilMicro is the first microsecond at t or after.
func ceilMicro(t time.Time) int64 {
	us := t.UnixMicro()
	if time.UnixMicro(us).Before(t) {
		us++
	}
	return us
}

// auditLine makes a line of a row of auditColumns.
func auditLine(row []driver.Value, seal *sealing) *audit.Line {
	n, _ := row[0].(int64)
	us, _ := row[1].(int64)
	rows, _ := row[11].(int64)
	rule, _ := row[7].(string)
	l := &audit.Line{N: uint64(n), Rule: audit.Rule(rule)}
	l.At, l.Rows = time.UnixMicro(us).UTC(), int(rows)
	for _, t := range [...]struct {
		i  int
		to *string
	}{{2, &l.Actor}, {3, &l.Action}, {4, &l.Object}, {5, &l.Detail}, {8, &l.Role}, {9, &l.From}, {10, &l.Filter}, {12, &l.Result}, {13, &l.Purpose}} {
		*t.to, _ = row[t.i].(string)
	}
	if text, err := seal.openLine(n, "detail", l.Detail); err == nil {
		l.Detail = text
	}
	if text, err := seal.openLine(n, "filter", l.Filter); err == nil {
		l.Filter = text
	}
	l.Chain, _ = row[6].([]byte)
	l.Mark, _ = row[14].([]byte)
	if l.Mark != nil && seal.keys != nil {
		l.Salt = saltOf(seal.keys, l.N)
	}
	return l
}

// AuditSeals implements audit.Source.
func (s *Store) AuditSeals(ctx context.Context) (out []audit.Seal, err error) {
	err = s.readers.lend(ctx, "gpkg.AuditSeals", func(c *conn) error {
		out, err = readAuditSeals(c)
		return err
	})
	return out, err
}

func readAuditSeals(c *conn) ([]audit.Seal, error) {
	r, err := c.query("SELECT k, day, first, last, chain, before, rule, key, alg, signature FROM wutu_audit_seals ORDER BY k")
	if err != nil {
		return nil, err
	}
	var out []audit.Seal
	for {
		ok, err := r.next()
		if err != nil || !ok {
			return out, errors.Join(err, r.close())
		}
		k, _ := r.values[0].(int64)
		first, _ := r.values[2].(int64)
		last, _ := r.values[3].(int64)
		rule, _ := r.values[6].(string)
		s := audit.Seal{K: uint64(k), First: uint64(first), Last: uint64(last), Rule: audit.Rule(rule)}
		s.Day, _ = r.values[1].(string)
		s.Chain, _ = r.values[4].([]byte)
		s.Before, _ = r.values[5].([]byte)
		s.Signature.KeyID, _ = r.values[7].(string)
		s.Signature.Alg, _ = r.values[8].(string)
		s.Signature.Sig, _ = r.values[9].([]byte)
		out = append(out, s)
	}
}

// auditMarks judges the marks of lines: once a line bears one, all do.
func auditMarks(keys *keyring.Ring) func(*audit.Line) error {
	if keys == nil {
		return nil
	}
	marked := false
	return func(l *audit.Line) error {
		switch {
		case l.Mark == nil && marked:
			return errLineNoMark
		case l.Mark == nil:
			return nil
		}
		marked = true
		if !hmac.Equal(l.Mark, markOf(keys, l)) {
			return errLineMark
		}
		return nil
	}
}
