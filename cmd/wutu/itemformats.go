package main

import (
	csvfile "wutu/data/csv"
	"wutu/data/flatgeobuf"
	"wutu/layers"
	"wutu/server/ogc"
)

// itemFormats are the formats of lists of features that packages of data write.
func itemFormats() []ogc.Format {
	return []ogc.Format{
		{Name: "csv", Media: "text/csv; charset=utf-8; header=present", Title: layers.Title{ZH: "表格 (CSV)", EN: "CSV"},
			Open: func(p ogc.Page) (ogc.Encoder, error) {
				return csvItems{p.Layer, csvfile.Format{Sights: p.Sights, Fields: p.Fields, To: p.To, Plane: p.Plane, Bare: p.Bare, Office: true}}, nil
			}},
		{Name: "fgb", Media: "application/flatgeobuf", Title: layers.Title{ZH: "FlatGeobuf", EN: "FlatGeobuf"},
			Open: func(p ogc.Page) (ogc.Encoder, error) {
				return flatgeobuf.NewWriter(p.Layer, flatgeobuf.Options{Sights: p.Sights, Fields: p.Fields, To: p.To, EPSG: p.EPSG, Bare: p.Bare, Count: p.Count}), nil
			}},
	}
}

// csvItems writes the table of one answer.
type csvItems struct {
	layer  *layers.Layer
	format csvfile.Format
}

// Head appends the names of the columns.
func (c csvItems) Head(dst []byte) []byte { return csvfile.AppendHeader(dst, c.layer, c.format) }

// Append appends a row.
func (c csvItems) Append(dst []byte, row layers.Row) ([]byte, error) {
	return csvfile.AppendRow(dst, c.layer, row, c.format), nil
}

// Tail is nothing.
func (csvItems) Tail(dst []byte) []byte { return dst }
