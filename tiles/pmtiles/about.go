package pmtiles

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"wutu/tiles"
)

// About is what the metadata of an archive says of it.
type About struct {
	Name, Description, Attribution string
	Layers                         []tiles.VectorLayer // of vector tiles, by id; zooms that are not told are the archive's
}

const (
	maxLayers = 1000
	maxShort  = 2000 // bytes of a text that is shown
)

// About reads the metadata. The error is Invalid.
func (a *Archive) About() (About, error) {
	var doc struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Attribution string `json:"attribution"`
		Layers      []struct {
			ID          string         `json:"id"`
			Description string         `json:"description"`
			MinZoom     *uint8         `json:"minzoom"`
			MaxZoom     *uint8         `json:"maxzoom"`
			Fields      map[string]any `json:"fields"`
		} `json:"vector_layers"`
	}
	if len(a.Metadata) > 0 {
		if err := json.Unmarshal(a.Metadata, &doc); err != nil {
			return About{}, damaged("has metadata that are not the JSON they should be: " + err.Error())
		}
	}
	if len(doc.Layers) > maxLayers {
		return About{}, damaged(fmt.Sprintf("has %d layers, at most %d can be served", len(doc.Layers), maxLayers))
	}
	out := About{Name: short(doc.Name), Description: short(doc.Description), Attribution: short(doc.Attribution)}
	for _, l := range doc.Layers {
		if l.ID == "" || len(l.ID) > maxShort {
			return out, damaged("has a layer without an id, or with one too long")
		}
		of := tiles.VectorLayer{ID: l.ID, Description: short(l.Description), MinZoom: a.Header.MinZoom, MaxZoom: a.Header.MaxZoom, Fields: make(map[string]string, len(l.Fields))}
		if l.MinZoom != nil {
			of.MinZoom = min(tiles.Zoom(*l.MinZoom), tiles.MaxZoom)
		}
		if l.MaxZoom != nil {
			of.MaxZoom = min(tiles.Zoom(*l.MaxZoom), tiles.MaxZoom)
		}
		for name, about := range l.Fields {
			of.Fields[name], _ = about.(string)
		}
		out.Layers = append(out.Layers, of)
	}
	slices.SortFunc(out.Layers, func(a, b tiles.VectorLayer) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// short cuts a text that is shown.
func short(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), maxShort)], "")
}
