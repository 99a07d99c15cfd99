package mbtiles

import (
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// Format is what the tiles are.
type Format string

// The formats that are read.
const (
	Vector Format = "pbf" // Mapbox Vector Tiles, packed with gzip as a rule
	PNG    Format = "png"
	JPEG   Format = "jpg"
	WebP   Format = "webp"
)

// Info is what a file says of itself.
type Info struct {
	Name, Description, Attribution string
	Format                         Format
	MinZoom, MaxZoom               uint8     // inclusive
	Bound                          orb.Bound // lon/lat degrees; the whole grid when the file says nothing
	Layers                         []Layer   // of vector tiles, by id
}

// Layer is a layer of vector tiles.
type Layer struct {
	ID               string
	Description      string
	MinZoom, MaxZoom uint8
	Fields           map[string]string // name to type and remark
}

// Bounds of what a file says of itself.
const (
	maxRows   = 1000 // of metadata
	maxText   = 4 << 20
	maxLayers = 1000
	maxShort  = 2000 // bytes of a name, a description or an attribution
)

// info reads the metadata. The error is Invalid.
func (r *reader) info(ctx context.Context) (Info, error) {
	known := make(map[string]string)
	size := 0
	err := r.each(ctx, fmt.Sprintf("SELECT name, value FROM metadata LIMIT %d", maxRows), nil, func(v []driver.Value) error {
		name, value := text(v[0]), text(v[1])
		if size += len(name) + len(value); size > maxText {
			return damaged(fmt.Sprintf("has more than %d bytes of metadata", maxText))
		}
		known[name] = value
		return nil
	})
	if err != nil {
		return Info{}, err
	}
	i := Info{Name: short(known["name"]), Description: short(known["description"]), Attribution: short(known["attribution"])}
	if i.Format, err = formatOf(known["format"]); err != nil {
		return i, err
	}
	if i.MinZoom, err = r.zoom(ctx, known, "minzoom", "min"); err != nil {
		return i, err
	}
	if i.MaxZoom, err = r.zoom(ctx, known, "maxzoom", "max"); err != nil {
		return i, err
	}
	if i.MinZoom > i.MaxZoom {
		return i, damaged(fmt.Sprintf("has zooms from %d to %d", i.MinZoom, i.MaxZoom))
	}
	if i.Bound, err = boundOf(known["bounds"]); err != nil {
		return i, err
	}
	if i.Format == Vector {
		i.Layers, err = layersOf(known["json"], i.MinZoom, i.MaxZoom)
	}
	return i, err
}

func formatOf(name string) (Format, error) {
	switch strings.ToLower(name) {
	case "pbf", "mvt", "application/vnd.mapbox-vector-tile", "application/x-protobuf":
		return Vector, nil
	case "png", "image/png":
		return PNG, nil
	case "jpg", "jpeg", "image/jpeg":
		return JPEG, nil
	case "webp", "image/webp":
		return WebP, nil
	}
	return "", damaged(fmt.Sprintf("has tiles of format %.40q; pbf, png, jpg and webp can be served", name))
}

// zoom reads a zoom from the metadata, or from the tiles where it is not told.
func (r *reader) zoom(ctx context.Context, known map[string]string, name, function string) (uint8, error) {
	value, told := known[name]
	if !told {
		err := r.each(ctx, "SELECT "+function+"(zoom_level) FROM tiles", nil, func(v []driver.Value) error {
			value = text(v[0])
			return nil
		})
		if err != nil {
			return 0, err
		}
		if value == "" {
			return 0, damaged("has no tiles")
		}
	}
	z, err := strconv.ParseUint(value, 10, 8)
	if err != nil || z > deepest {
		return 0, damaged(fmt.Sprintf("has the %s %.20q, not one between 0 and %d", name, value, deepest))
	}
	return uint8(z), nil
}

// maxLatitude is where the square of Web Mercator ends, degrees.
const maxLatitude = 85.05112877980659

// boundOf reads "west,south,east,north"; "" is everywhere.
func boundOf(s string) (orb.Bound, error) {
	if strings.TrimSpace(s) == "" {
		return orb.Bound{Min: orb.Point{-180, -maxLatitude}, Max: orb.Point{180, maxLatitude}}, nil
	}
	var n [4]float64
	parts := strings.SplitN(s, ",", 5)
	ok := len(parts) == 4
	for i := 0; ok && i < 4; i++ {
		var err error
		n[i], err = strconv.ParseFloat(strings.TrimSpace(parts[i]), 64)
		ok = err == nil && math.Abs(n[i]) <= []float64{360, 90}[i%2]
	}
	if !ok || n[0] > n[2] || n[1] > n[3] {
		return orb.Bound{}, damaged(fmt.Sprintf("has the bounds %.80q, not west,south,east,north in degrees", s))
	}
	return orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[2], n[3]}}, nil
}

// layersOf reads the list of layers of vector tiles; zooms that are not told are
// those of the file.
func layersOf(s string, low, high uint8) ([]Layer, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	var doc struct {
		List []struct {
			ID          string         `json:"id"`
			Description string         `json:"description"`
			MinZoom     *uint8         `json:"minzoom"`
			MaxZoom     *uint8         `json:"maxzoom"`
			Fields      map[string]any `json:"fields"`
		} `json:"vector_layers"`
	}
	if err := json.Unmarshal([]byte(s), &doc); err != nil {
		return nil, damaged("has a list of layers that is not the JSON it should be: " + err.Error())
	}
	if len(doc.List) > maxLayers {
		return nil, damaged(fmt.Sprintf("has %d layers, at most %d can be served", len(doc.List), maxLayers))
	}
	out := make([]Layer, 0, len(doc.List))
	for _, l := range doc.List {
		of := Layer{ID: l.ID, Description: short(l.Description), MinZoom: low, MaxZoom: high, Fields: make(map[string]string, len(l.Fields))}
		if l.ID == "" || len(l.ID) > maxShort {
			return nil, damaged("has a layer without an id, or with one too long")
		}
		if l.MinZoom != nil {
			of.MinZoom = min(*l.MinZoom, deepest)
		}
		if l.MaxZoom != nil {
			of.MaxZoom = min(*l.MaxZoom, deepest)
		}
		for name, about := range l.Fields {
			of.Fields[name], _ = about.(string)
		}
		out = append(out, of)
	}
	slices.SortFunc(out, func(a, b Layer) int { return cmp.Compare(a.ID, b.ID) })
	for i := 1; i < len(out); i++ {
		if out[i].ID == out[i-1].ID {
			return nil, damaged(fmt.Sprintf("has two layers %.80q", out[i].ID))
		}
	}
	return out, nil
}

// short cuts a text that is shown.
func short(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), maxShort)], "")
}
