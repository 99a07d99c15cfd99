package gpkg

import (
	"context"
	"database/sql/driver"
	"math"
	"slices"
	"strings"
	"time"

	"wutu/layers"
)

// condition is a filter as SQL. It is true of every row of which the filter is
// true; when it is exact it is true, false and NULL where the filter is true,
// false and unknown.
type condition struct {
	sql   string
	args  []driver.Value
	exact bool
}

// maxConditionArgs bounds the values a condition binds; SQLite takes 32,766.
const maxConditionArgs = 1000

// where translates a filter for the table's columns, and reports whether there
// is anything to translate. What SQL says otherwise than CQL2, or does not know
// (geometries, intervals, arrays, functions, Unicode case), is left out where
// that lets more rows through, and the filter decides on every row that comes
// back. Sealed fields and those of other programs' making are never judged by
// their columns' text.
func (t *table) where(e layers.Expr) (condition, bool) {
	c, ok := t.translate(e)
	return c, ok && len(c.args) <= maxConditionArgs
}

func (t *table) translate(e layers.Expr) (condition, bool) {
	switch e := e.(type) {
	case layers.And:
		return t.every(e.Args)
	case layers.Or:
		return t.any(e.Args)
	case layers.Not:
		c, ok := t.translate(e.Arg)
		if !ok || !c.exact {
			return condition{}, false
		}
		c.sql = "NOT " + c.sql
		return c.wrapped(), true
	case layers.Truth:
		if e {
			return condition{sql: "1", exact: true}, true
		}
		return condition{sql: "0", exact: true}, true
	case layers.Holds:
		if col, typ, ok := t.column(e.Term); ok && typ == layers.Boolean {
			return condition{sql: "(" + col + " <> 0)", exact: true}, true
		}
	case layers.Compare:
		return t.comparison(e)
	case layers.Between:
		return t.every([]layers.Expr{layers.Compare{Op: layers.Ge, Left: e.Term, Right: e.Low}, layers.Compare{Op: layers.Le, Left: e.Term, Right: e.High}})
	case layers.In:
		return t.membership(e)
	case layers.IsNull:
		if col, _, ok := t.column(e.Term); ok {
			return condition{sql: "(" + col + " IS NULL)", exact: true}, true
		}
	case layers.Like:
		return t.prefix(e)
	}
	return condition{}, false
}

func (c condition) wrapped() condition {
	c.sql = "(" + c.sql + ")"
	return c
}

// every joins what can be translated by AND: leaving a part out lets more through.
func (t *table) every(parts []layers.Expr) (condition, bool) {
	out := condition{exact: true}
	var sqls []string
	for _, part := range parts {
		c, ok := t.translate(part)
		if !ok {
			out.exact = false
			continue
		}
		sqls, out.args, out.exact = append(sqls, c.sql), append(out.args, c.args...), out.exact && c.exact
	}
	out.sql = strings.Join(sqls, " AND ")
	return out.wrapped(), len(sqls) > 0
}

// any joins by OR: every part must be translated.
func (t *table) any(parts []layers.Expr) (condition, bool) {
	out := condition{exact: true}
	var sqls []string
	for _, part := range parts {
		c, ok := t.translate(part)
		if !ok {
			return condition{}, false
		}
		sqls, out.args, out.exact = append(sqls, c.sql), append(out.args, c.args...), out.exact && c.exact
	}
	out.sql = strings.Join(sqls, " OR ")
	return out.wrapped(), len(sqls) > 0
}

// column is the column of a property that may be judged in SQL.
func (t *table) column(term layers.Term) (sql string, typ layers.FieldType, ok bool) {
	p, ok := term.(layers.Property)
	if !ok {
		return "", 0, false
	}
	i := t.layer.FieldIndex(p.Name)
	if i < 0 || t.seals(i) {
		return "", 0, false
	}
	return "+" + quote(t.columns[i]), t.layer.Fields[i].Type, true // the plus spares SQLite's conversions of what it is compared with
}

// operand is one side of a comparison in SQL.
type operand struct {
	sql  string
	args []driver.Value
	typ  layers.FieldType // 0: null
	time time.Time        // of a constant instant
}

func (t *table) operand(term layers.Term) (operand, bool) {
	if col, typ, ok := t.column(term); ok {
		if typ == layers.Boolean {
			col = "(" + col + " <> 0)" // other programs write other numbers for true
		}
		return operand{sql: col, typ: typ}, true
	}
	l, ok := term.(layers.Literal)
	if !ok {
		return operand{}, false
	}
	v := l.Value
	if v.Type() == layers.Number && (math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0)) {
		return operand{}, false
	}
	return operand{sql: "?", args: []driver.Value{column(v, v.Type())}, typ: v.Type(), time: v.Time()}, true
}

// family joins the types that are compared with each other.
func family(t layers.FieldType) layers.FieldType {
	if t == layers.Integer {
		return layers.Number
	}
	return t
}

func (t *table) comparison(e layers.Compare) (condition, bool) {
	l, ok := t.operand(e.Left)
	if !ok {
		return condition{}, false
	}
	r, ok := t.operand(e.Right)
	if !ok || l.typ != 0 && r.typ != 0 && family(l.typ) != family(r.typ) {
		return condition{}, false
	}
	if l.typ == layers.DateTime || r.typ == layers.DateTime {
		if _, isLiteral := e.Left.(layers.Literal); isLiteral {
			return t.byDay(r, mirrored(e.Op), l)
		}
		return t.byDay(l, e.Op, r)
	}
	return condition{sql: "(" + l.sql + " " + e.Op.String() + " " + r.sql + ")", args: slices.Concat(l.args, r.args), exact: true}, true
}

func mirrored(op layers.CompareOp) layers.CompareOp {
	switch op {
	case layers.Lt:
		return layers.Gt
	case layers.Le:
		return layers.Ge
	case layers.Gt:
		return layers.Lt
	case layers.Ge:
		return layers.Le
	case layers.Eq, layers.Ne:
	}
	return op
}

// byDay compares a column of instants with a constant by the date its text
// begins with, a day to spare on either side for offsets: programs write times in
// several forms, whose order as texts is not that of the times.
func (t *table) byDay(col operand, op layers.CompareOp, at operand) (condition, bool) {
	if at.time.IsZero() || at.time.Year() < 1 || at.time.Year() > 9998 || len(col.args) > 0 {
		return condition{}, false
	}
	var parts []string
	var args []driver.Value
	day := func(shift int) string { return at.time.AddDate(0, 0, shift).Format(time.DateOnly) }
	if op == layers.Gt || op == layers.Ge || op == layers.Eq {
		parts, args = append(parts, "substr("+col.sql+", 1, 10) >= ?"), append(args, day(-1))
	}
	if op == layers.Lt || op == layers.Le || op == layers.Eq {
		parts, args = append(parts, "substr("+col.sql+", 1, 10) <= ?"), append(args, day(1))
	}
	if parts == nil {
		return condition{}, false
	}
	// years without four digits are numbers
	return condition{sql: "(typeof(" + col.sql + ") <> 'text' OR " + strings.Join(parts, " AND ") + ")", args: args}, true
}

func (t *table) membership(e layers.In) (condition, bool) {
	term, ok := t.operand(e.Term)
	if !ok || term.typ == layers.DateTime || len(e.List) > maxConditionArgs {
		return condition{}, false
	}
	out := condition{args: term.args, exact: true}
	for _, item := range e.List {
		x, ok := t.operand(item)
		if !ok || x.typ != 0 && family(x.typ) != family(term.typ) {
			return condition{}, false
		}
		out.args = append(out.args, x.args...)
		out.sql += ", " + x.sql
	}
	out.sql = "(" + term.sql + " IN (" + strings.TrimPrefix(out.sql, ", ") + "))"
	return out, len(e.List) > 0
}

// prefix narrows LIKE to the texts that begin as the pattern does.
func (t *table) prefix(e layers.Like) (condition, bool) {
	col, typ, ok := t.column(e.Term)
	pattern, isLiteral := e.Pattern.(layers.Literal)
	if !ok || typ != layers.String || !isLiteral {
		return condition{}, false
	}
	var begin []byte
	text := pattern.Value.Str()
	for i := 0; i < len(text) && text[i] != '%' && text[i] != '_'; i++ {
		if text[i] == '\\' {
			if i++; i == len(text) {
				return condition{}, false
			}
		}
		begin = append(begin, text[i])
	}
	if len(begin) == 0 {
		return condition{}, false
	}
	// UTF-8 never has the byte 0xFF: what begins so lies before it.
	return condition{sql: "(" + col + " >= ? AND " + col + " < ?)", args: []driver.Value{string(begin), string(begin) + "\xff"}}, true
}

// conditions are those of the query and of the scope that name fields, nil for none.
func (p *plan) conditions() layers.Expr {
	switch asked, scope := p.query.Filter, p.scope.Rows; {
	case asked == nil:
		return scope
	case scope == nil:
		return asked
	default:
		return layers.And{Args: []layers.Expr{asked, scope}}
	}
}

// scanWhere calls emit for the rows a condition lets through, in order of id.
func (p *plan) scanWhere(ctx context.Context, c *conn, where condition, emit func(layers.Feature) error) error {
	sql, args := p.table.selected+" WHERE "+where.sql, where.args
	if a := p.query.After; a != nil && len(p.query.Sort) == 0 {
		sql, args = sql+" AND id > ?", append(slices.Clip(args), a.ID)
	}
	sql += " ORDER BY id"
	defer c.drop(sql) // conditions are as many as there are filters
	return p.scanRows(ctx, c, sql, args, emit)
}

// drop forgets a statement.
func (c *conn) drop(sql string) {
	if s, ok := c.stmts[sql]; ok {
		delete(c.stmts, sql)
		_ = s.stmt.Close() // of a statement that has been read to its end
	}
}
