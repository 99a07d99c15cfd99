// Package export writes the features of a query to a file, as they are read.
//
// Formats: geojson (a FeatureCollection, RFC 7946), geojsonseq (a feature on
// each line behind a record separator, RFC 8142), csv and fgb (FlatGeobuf; a file has
// an index, and its features in the order of that). Others come in the
// order of the query, members and columns in the order of the schema, so the
// same state gives the same bytes.
//
// A GeoJSON document in another system than WGS 84 says so in a crs member, as
// GeoJSON did before RFC 7946 removed it; the importer reads it back. A sequence
// and a CSV file say nothing: whoever asked for the system knows it.
//
// A file appears under its name only when it is complete: it is written beside
// it, synced and renamed. When anything fails nothing is left behind.
//
// The subject of the query decides as everywhere: a layer it may not list is
// refused, personal fields it may not read are left out.
package export
