package live

import "wutu/layers"

// AppendJSON appends the JSON form of field i as the subject may see it: what
// Value(i).AppendJSON appends, without making the value where the column can do
// better. It is what package layers/geojson takes.
func (r *Row) AppendJSON(dst []byte, i int) []byte {
	if r.seg == nil || i < 0 || i >= len(r.seg.columns) || r.sights.Of(i) != layers.Shown {
		return r.Value(i).AppendJSON(dst)
	}
	return r.seg.columns[i].appendJSON(dst, r.row)
}
