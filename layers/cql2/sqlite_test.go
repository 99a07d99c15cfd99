package cql2

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"wutu/layers"
)

// sqlite writes trees as expressions of SQLite, an evaluator that has nothing in
// common with ours. ok becomes false at what SQLite does not have or does in
// another way: geometries, intervals, arrays, Unicode case, powers.
type sqlite struct{ ok bool }

func (s *sqlite) fail() string {
	s.ok = false
	return "NULL"
}

func (s *sqlite) join(sep string, list []string) string { return "(" + strings.Join(list, sep) + ")" }

func (s *sqlite) expr(e layers.Expr) string {
	exprs := func(list []layers.Expr) []string {
		var out []string
		for _, a := range list {
			out = append(out, s.expr(a))
		}
		return out
	}
	switch e := e.(type) {
	case layers.And:
		return s.join(" AND ", exprs(e.Args))
	case layers.Or:
		return s.join(" OR ", exprs(e.Args))
	case layers.Not:
		return "(NOT " + s.expr(e.Arg) + ")"
	case layers.Truth:
		return strconv.Itoa(map[layers.Truth]int{true: 1}[e])
	case layers.Holds:
		return s.term(e.Term)
	case layers.Compare:
		return "(" + s.term(e.Left) + e.Op.String() + s.term(e.Right) + ")"
	case layers.Between:
		return "(" + s.term(e.Term) + " BETWEEN " + s.term(e.Low) + " AND " + s.term(e.High) + ")"
	case layers.In:
		return "(" + s.term(e.Term) + " IN " + s.join(",", s.terms(e.List)) + ")"
	case layers.IsNull:
		if p, ok := e.Term.(layers.Property); ok && p.Name == "geometry" {
			return s.fail()
		}
		return "(" + s.term(e.Term) + " IS NULL)"
	case layers.Like:
		l, ok := e.Pattern.(layers.Literal)
		if !ok || strings.HasSuffix(l.Value.Str(), `\`) {
			return s.fail()
		}
		return "(" + s.term(e.Term) + " LIKE " + s.term(l) + ` ESCAPE '\')`
	}
	return s.fail()
}

func (s *sqlite) terms(list []layers.Term) []string {
	var out []string
	for _, t := range list {
		out = append(out, s.term(t))
	}
	return out
}

func (s *sqlite) term(t layers.Term) string {
	switch t := t.(type) {
	case layers.Property:
		return `"` + t.Name + `"`
	case layers.Literal:
		return s.value(t.Value)
	case layers.Arith:
		l, r := s.term(t.Left), s.term(t.Right)
		v := ""
		switch t.Op {
		case layers.Add, layers.Sub, layers.Mul:
			v = "(" + l + " " + string(rune(t.Op)) + " " + r + ")"
		case layers.Div:
			v = "(CAST(" + l + " AS REAL)/" + r + ")"
		case layers.IntDiv, layers.Mod: // of integers only, as SQLite knows no other
			if !isInteger(t.Left) || !isInteger(t.Right) {
				return s.fail()
			}
			return "(" + l + map[layers.ArithOp]string{layers.IntDiv: "/", layers.Mod: "%"}[t.Op] + r + ")"
		default:
			return s.fail()
		}
		return "(CASE WHEN abs(CAST(" + v + " AS REAL))<=1.7976931348623157e308 THEN " + v + " END)" // not infinite
	case layers.Call:
		args := s.terms(t.Args)
		switch t.Name {
		case "concat":
			return s.join("||", args)
		case "lower", "length", "min", "max", "coalesce":
			return t.Name + s.join(",", args)
		case "abs":
			return "(CASE WHEN " + args[0] + "=-9223372036854775807-1 THEN 9223372036854775808.0 ELSE abs(" + args[0] + ") END)"
		case "round":
			return "(CASE WHEN typeof(" + args[0] + ")='integer' THEN " + args[0] + " ELSE round(" + args[0] + ") END)"
		}
	}
	return s.fail()
}

func isInteger(t layers.Term) bool {
	switch t := t.(type) {
	case layers.Property:
		return t.Name == "i1" || t.Name == "i2"
	case layers.Literal:
		return t.Value.Type() == layers.Integer
	}
	return false
}

func (s *sqlite) value(v layers.Value) string {
	switch v.Type() {
	case layers.String:
		return "'" + strings.ReplaceAll(v.Str(), "'", "''") + "'"
	case layers.Integer:
		if v.Int() == -1<<63 {
			return "(-9223372036854775807-1)"
		}
		return strconv.FormatInt(v.Int(), 10)
	case layers.Number:
		return numberText(v.Float())
	case layers.Boolean:
		return strconv.Itoa(map[bool]int{true: 1}[v.Bool()])
	case layers.DateTime:
		return strconv.FormatInt(v.Micro(), 10)
	}
	return "NULL"
}

// TestAgreesWithSQLite evaluates random trees of scalar predicates on random
// rows in SQLite too: true, false and unknown must be the same.
func TestAgreesWithSQLite(t *testing.T) {
	m := maker{seeded(t)}
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	exec := func(q string) {
		t.Helper()
		if _, err := db.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	exec("PRAGMA case_sensitive_like=ON")
	layer := randomLayer()
	names := []string{"nr", "id"}
	for _, f := range layer.Fields {
		names = append(names, `"`+f.Name+`"`)
	}
	exec("CREATE TABLE things (" + strings.Join(names, ",") + ")")
	rows := make([]*layers.Feature, 60)
	for i := range rows {
		rows[i] = m.row(layer)
		values := []string{strconv.Itoa(i), "'" + rows[i].Key + "'"}
		for _, v := range rows[i].Values {
			values = append(values, new(sqlite).value(v))
		}
		exec("INSERT INTO things VALUES (" + strings.Join(values, ",") + ")")
	}
	counts := map[truth]int{}
	for trees := 0; trees < 1000; {
		e := m.expr(2)
		s := &sqlite{ok: true}
		where := s.expr(e)
		if !s.ok {
			continue
		}
		trees++
		p, err := Compile(e, layer)
		if err != nil {
			t.Fatal(err)
		}
		found, err := db.Query("SELECT nr, " + where + " FROM things")
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		for found.Next() {
			var nr int
			var holds sql.NullBool
			if err := found.Scan(&nr, &holds); err != nil {
				t.Fatalf("%s: %v", where, err)
			}
			want := unknown
			if holds.Valid {
				want = truthOf(holds.Bool)
			}
			counts[want]++
			if got := p.match(rows[nr]); got != want {
				t.Fatalf("%s is %d of %+v, SQLite says %d of\n%s", Format(e), got, rows[nr].Values, want, where)
			}
		}
		if err := found.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if fmt.Sprint(len(counts)) != "3" || min(counts[no], counts[unknown], counts[yes]) < 3000 {
		t.Errorf("truth values came up %v times", counts)
	}
}
