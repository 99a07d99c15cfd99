package ogc

import (
	"encoding/json"
	"maps"
	"slices"

	"wutu/layers"
	"wutu/server/geojson"
)

// merge applies a JSON Merge Patch (RFC 7396) to f, the feature as GeoJSON in
// the system of the request: null unsets, what is left out stays. A patch that
// would give the feature another id is refused.
func (e *editing) merge(f *layers.Feature, raw []byte, old *held) error {
	patch, err := object(raw, "")
	if err != nil {
		return err
	}
	if err := plain(patch); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(patch)) {
		switch name {
		case "type":
			var kind string
			if err := json.Unmarshal(patch[name], &kind); err != nil || kind != "Feature" {
				return wrong("/type", "is not Feature")
			}
		case "id":
			if id, err := idOf(patch[name]); err != nil || id != f.Key {
				return wrong("/id", "the id of a feature does not change")
			}
		case "geometry":
			if err := e.mergeGeometry(f, patch[name]); err != nil {
				return err
			}
		case "properties":
			if err := e.mergeProperties(f, patch[name], old); err != nil {
				return err
			}
		case "links", "bbox", "place", "crs": // what answers have besides, and nulls of other formats
		default:
			if !e.prefer.lenient() {
				return wrong("/"+pointerEscapes.Replace(name[:min(len(name), 80)]), "is not a member of a feature; values of fields are members of properties")
			}
		}
	}
	return e.complete(f)
}

func (e *editing) mergeProperties(f *layers.Feature, raw json.RawMessage, old *held) error {
	if isNull(raw) {
		for i := range f.Values {
			if e.decision.Sets(i) {
				f.Values[i] = layers.Value{}
			}
		}
		return nil
	}
	properties, err := object(raw, "/properties")
	if err != nil {
		return err
	}
	return e.assign(f, properties, old)
}

// mergeGeometry merges the members of a geometry into those of the one that is:
// other coordinates keep the type.
func (e *editing) mergeGeometry(f *layers.Feature, raw json.RawMessage) error {
	if isNull(raw) {
		f.Shape = nil
		return nil
	}
	patch, err := object(raw, "/geometry")
	if err != nil {
		return err
	}
	whole := map[string]json.RawMessage{}
	if f.Shape != nil {
		w := e.system.Writer()
		enc := geojson.Encoder{Layer: &layers.Layer{}, To: w.To()}
		feature, err := object(enc.Append(nil, &layers.Feature{Shape: f.Shape}, 0), "")
		if err != nil {
			return err
		}
		if err := w.Err("Content-Crs"); err != nil {
			return err
		}
		if whole, err = object(feature["geometry"], ""); err != nil {
			return err
		}
	}
	for name, v := range patch {
		if isNull(v) {
			delete(whole, name)
		} else {
			whole[name] = v
		}
	}
	merged, err := json.Marshal(whole)
	if err != nil {
		return err
	}
	f.Shape, err = e.geometry(merged, "/geometry")
	return err
}
