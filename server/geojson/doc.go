// Package geojson writes features as GeoJSON (RFC 7946) and reads the
// geometries of requests.
//
// Writing appends to a byte slice, straight from a layers.Row, without building
// a document: coordinates and numbers are the shortest decimals that read back,
// members come in a fixed order, so equal rows give equal bytes. Reading trusts
// nothing: nesting, positions and vertices are counted, and an error names the
// JSON pointer of the member at fault.
//
// What is not here: files of features (package data/geojson), and validity of
// rings (geo/valid), which callers check after reading.
package geojson
