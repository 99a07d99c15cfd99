package gpkg

import (
	"context"
	"database/sql/driver"
	"strings"

	"wutu/layers"
)

// maxExact bounds how many values are looked up by their hashes; longer lists
// are scanned for.
const maxExact = 64

// exact is a condition of a filter that the index of a blind column answers.
type exact struct {
	field  *sealedField
	values []string
}

// exact looks for "sealed field = 'text'" or IN among the conditions that all
// must hold. A field with plain values left is not searched by hash.
func (p *plan) exact() *exact {
	if len(p.table.sealed) == 0 || p.table.keys == nil {
		return nil
	}
	return p.exactIn(p.query.Filter)
}

func (p *plan) exactIn(e layers.Expr) *exact {
	switch x := e.(type) {
	case layers.And:
		for _, arg := range x.Args {
			if found := p.exactIn(arg); found != nil {
				return found
			}
		}
	case layers.Compare:
		if x.Op != layers.Eq {
			return nil
		}
		if found := p.exactTerms(x.Left, []layers.Term{x.Right}); found != nil {
			return found
		}
		return p.exactTerms(x.Right, []layers.Term{x.Left})
	case layers.In:
		return p.exactTerms(x.Term, x.List)
	}
	return nil
}

// exactTerms resolves property = one of list.
func (p *plan) exactTerms(property layers.Term, list []layers.Term) *exact {
	named, ok := property.(layers.Property)
	if !ok || len(list) > maxExact {
		return nil
	}
	i := p.table.layer.FieldIndex(named.Name)
	for k := range p.table.sealed {
		f := &p.table.sealed[k]
		if f.field != i || f.plain {
			continue
		}
		out := &exact{field: f}
		for _, term := range list {
			literal, ok := term.(layers.Literal)
			if !ok || literal.Value.Type() != layers.String {
				return nil
			}
			out.values = append(out.values, literal.Value.Str())
		}
		return out
	}
	return nil
}

// scanExact calls emit for the rows whose hashes are those of the values, in
// order of id. The filter still decides.
func (p *plan) scanExact(ctx context.Context, c *conn, e *exact, emit func(layers.Feature) error) error {
	args := make([]driver.Value, len(e.values))
	for i, v := range e.values {
		args[i] = p.table.keys.AppendBlind(nil, e.field.context, []byte(v))
	}
	sql := p.table.selected + " WHERE " + quote(e.field.blind) + " IN (?" + strings.Repeat(", ?", len(args)-1) + ")"
	if a := p.query.After; a != nil && len(p.query.Sort) == 0 {
		sql += " AND id > ?"
		args = append(args, a.ID)
	}
	return p.scanRows(ctx, c, sql+" ORDER BY id", args, emit)
}
