package tiles

// TileJSON is a TileJSON 3.0.0 document of a vector tile set.
// Source: github.com/mapbox/tilejson-spec, 3.0.0.
type TileJSON struct {
	TileJSON     string        `json:"tilejson"` // TileJSONVersion
	Name         string        `json:"name,omitempty"`
	Description  string        `json:"description,omitempty"`
	Attribution  string        `json:"attribution,omitempty"`
	Version      string        `json:"version,omitempty"` // x.y.z
	Scheme       string        `json:"scheme"`            // "xyz"
	Tiles        []string      `json:"tiles"`             // address templates with {z} {x} {y}
	MinZoom      Zoom          `json:"minzoom"`
	MaxZoom      Zoom          `json:"maxzoom"`
	Bounds       *[4]float64   `json:"bounds,omitempty"` // west south east north, degrees
	Center       *[3]float64   `json:"center,omitempty"` // lon lat zoom
	VectorLayers []VectorLayer `json:"vector_layers"`
}

// TileJSONVersion is the version this package writes.
const TileJSONVersion = "3.0.0"

// VectorLayer describes one layer of the tiles.
type VectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description,omitempty"`
	MinZoom     Zoom              `json:"minzoom"`
	MaxZoom     Zoom              `json:"maxzoom"`
	Fields      map[string]string `json:"fields"` // name to "String", "Number" or "Boolean" and a remark
}
