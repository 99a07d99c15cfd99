package access

import (
	"slices"
	"strings"

	"wutu/layers"
	"wutu/layers/cql2"
)

// departmentField is the field that names the department a feature belongs to.
const departmentField = "department"

// rowsOf joins what the line and the subject's scope ask of a row's values; nil
// when they ask nothing. A condition on a field the layer does not have admits
// no row: a narrower policy must never widen.
func rowsOf(s *layers.Subject, g *layers.Grant, l *layers.Layer) layers.Expr {
	var all []layers.Expr
	if g.Where != nil {
		all = append(all, g.Where)
	}
	if g.Department {
		if s.Department == "" || l.FieldIndex(departmentField) < 0 {
			return layers.Truth(false)
		}
		all = append(all, layers.Compare{Op: layers.Eq, Left: layers.Property{Name: departmentField}, Right: layers.Literal{Value: layers.Text(s.Department)}})
	}
	if g.Classes != nil {
		all = append(all, classes(g.Classes, l))
	}
	if s.Classes != nil && l.Element == layers.Event {
		all = append(all, classes(s.Classes, l))
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return layers.And{Args: all}
}

// classes is true of rows whose class is in the list; "03*" is a prefix.
func classes(list []string, l *layers.Layer) layers.Expr {
	field := "class"
	if l.FieldIndex(field) < 0 {
		field = l.KindField
	}
	if field == "" || l.Fields[l.FieldIndex(field)].Type != layers.String || len(list) == 0 {
		return layers.Truth(false)
	}
	var any []layers.Expr
	var whole []layers.Term
	for _, c := range list {
		if prefix, ok := strings.CutSuffix(c, "*"); ok {
			any = append(any, layers.Like{Term: layers.Property{Name: field}, Pattern: layers.Literal{Value: layers.Text(escapeLike(prefix) + "%")}})
		} else {
			whole = append(whole, layers.Literal{Value: layers.Text(c)})
		}
	}
	if whole != nil {
		any = append(any, layers.In{Term: layers.Property{Name: field}, List: whole})
	}
	if len(any) == 1 {
		return any[0]
	}
	return layers.Or{Args: any}
}

var likeEscapes = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func escapeLike(s string) string { return likeEscapes.Replace(s) }

func formatRows(e layers.Expr) string { return cql2.Format(e) }

// sightsOf decides each field of l; nil when all are shown.
func sightsOf(s *layers.Subject, g *layers.Grant, l *layers.Layer) layers.Sights {
	var out layers.Sights
	for i := range l.Fields {
		f := &l.Fields[i]
		sight := sightOf(g, f)
		if f.Personal && s.Fields != nil && !slices.Contains(s.Fields, l.ID+"."+f.Name) {
			sight = layers.Hidden
		}
		if sight == layers.Shown {
			continue
		}
		if out == nil {
			out = make(layers.Sights, len(l.Fields))
		}
		out[i] = sight
	}
	return out
}

// sightOf is the sight of one field by the line: its name first, then the words.
func sightOf(g *layers.Grant, f *layers.Field) layers.Sight {
	lists := [...]struct {
		names []string
		sight layers.Sight
	}{{g.Hide, layers.Hidden}, {g.Mask, layers.Masked}, {g.Show, layers.Shown}}
	for _, l := range lists {
		if slices.Contains(l.names, f.Name) {
			return l.sight
		}
	}
	for _, l := range lists {
		for _, name := range l.names {
			if name == "*" || name == "personal" && f.Personal || name == "sealed" && f.Sealed {
				return l.sight
			}
		}
	}
	if f.Personal {
		return layers.Hidden
	}
	return layers.Shown
}
