package param

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"wutu/layers"
	"wutu/layers/access"
)

// maxSortKeys bounds sort orders: more keys than that tell no two rows apart.
const maxSortKeys = 8

// SortBy reads a sort order: field names with a comma between, each with + or -
// before it for ascending (the default) or descending. Errors: Invalid for a
// field the layer does not have, Forbidden for one the decision does not show.
func SortBy(field, text string, l *layers.Layer, d *access.Decision) ([]layers.SortKey, error) {
	if text == "" {
		return nil, nil
	}
	var out []layers.SortKey
	for part := range strings.SplitSeq(text, ",") {
		k := layers.SortKey{Field: strings.TrimSpace(part)} // a bare + reads as a space in a query
		if rest, ok := strings.CutPrefix(k.Field, "-"); ok {
			k = layers.SortKey{Field: rest, Desc: true}
		}
		k.Field = strings.TrimPrefix(k.Field, "+")
		i := l.FieldIndex(k.Field)
		if i < 0 {
			return nil, layers.Invalidf("request", field, fmt.Sprintf("%.80q is not a field of layer %s", k.Field, l.ID))
		}
		if err := d.MayUse(l, i); err != nil {
			return nil, At(field, err)
		}
		out = append(out, k)
	}
	if len(out) > maxSortKeys {
		return nil, layers.Invalidf("request", field, fmt.Sprintf("has more than %d keys", maxSortKeys))
	}
	return out, nil
}

// wireCursor is a cursor as it travels: the order it belongs to, and the sort
// values and id of the last row.
type wireCursor struct {
	Sort   string     `json:"s,omitempty"`
	Values []typedStr `json:"v,omitempty"`
	ID     string     `json:"i"`
}

type typedStr struct {
	Type layers.FieldType `json:"t,omitempty"` // 0: null
	Text string           `json:"x,omitempty"`
}

// EncodeCursor makes an opaque text of the place behind row in the order sort.
func EncodeCursor(sort []layers.SortKey, l *layers.Layer, row layers.Row) string {
	w := wireCursor{Sort: orderName(sort), ID: row.ID()}
	for _, k := range sort {
		v := row.Value(l.FieldIndex(k.Field))
		w.Values = append(w.Values, typedStr{Type: v.Type(), Text: v.String()})
	}
	b, err := json.Marshal(w)
	if err != nil { // cannot happen: plain strings and numbers
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// DecodeCursor is the inverse of EncodeCursor; "" is no cursor. A cursor of
// another order is Invalid.
func DecodeCursor(field, text string, sort []layers.SortKey) (*layers.Cursor, error) {
	if text == "" {
		return nil, nil
	}
	refuse := func() (*layers.Cursor, error) {
		return nil, layers.Invalidf("request", field, "is not a cursor of this list: take it from a next link")
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return refuse()
	}
	var w wireCursor
	if json.Unmarshal(b, &w) != nil || w.Sort != orderName(sort) || len(w.Values) != len(sort) {
		return refuse()
	}
	c := &layers.Cursor{ID: w.ID}
	for _, v := range w.Values {
		value := layers.Value{}
		if v.Type != 0 {
			if value, err = layers.ParseValue(v.Type, v.Text); err != nil {
				return refuse()
			}
		}
		c.Values = append(c.Values, value)
	}
	return c, nil
}

func orderName(sort []layers.SortKey) string {
	names := make([]string, len(sort))
	for i, k := range sort {
		if names[i] = k.Field; k.Desc {
			names[i] = "-" + k.Field
		}
	}
	return strings.Join(names, ",")
}

// Fields resolves a list of property names to field indexes, in order of the
// schema; nil text gives nil: all.
func Fields(field string, names []string, l *layers.Layer) ([]int, error) {
	if names == nil {
		return nil, nil
	}
	out := []int{}
	for _, name := range names {
		i := l.FieldIndex(name)
		if i < 0 {
			return nil, layers.Invalidf("request", field, fmt.Sprintf("%.80q is not a field of layer %s", name, l.ID))
		}
		out = append(out, i)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
