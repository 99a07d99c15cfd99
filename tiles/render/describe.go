package render

import (
	"wutu/layers"
	"wutu/tiles"
)

// Describe lists the attributes of a layer's features in tiles, without those that
// tiles never carry. Zooms are the caller's to set.
func Describe(l *layers.Layer) tiles.VectorLayer {
	out := tiles.VectorLayer{ID: l.ID, Description: l.Title.ZH, Fields: map[string]string{"id": "String"}}
	for i := range l.Fields {
		f := &l.Fields[i]
		if f.Personal {
			continue
		}
		switch f.Type {
		case layers.Integer, layers.Number:
			out.Fields[f.Name] = "Number"
			if summed(l, i) {
				out.Fields[sumKey+f.Name] = "Number"
			}
		case layers.Boolean:
			out.Fields[f.Name] = "Boolean"
		case layers.String, layers.DateTime:
			out.Fields[f.Name] = "String"
		}
	}
	return out
}
