// Package geojson turns single features and geometries into GeoJSON (RFC 7946)
// and back.
//
// Writing appends to a byte slice straight from a layers.Row: members in a
// fixed order, coordinates with at most nine decimals (0.1 mm) and no trailing
// zeros, so equal rows give equal bytes and what is read back is equal to what
// was written to nine decimals.
//
// Reading trusts nothing: nesting, vertices, members and text lengths are
// counted before memory grows with them. An error that wraps ErrSyntax says
// that the bytes are no JSON; every other error says what is wrong with a
// well-formed feature, and where.
//
// What is not here: files and streams of many features (data/geojson), validity
// of rings (geo/valid), ranges of coordinates (they depend on the reference
// system, which only the caller knows), access rules.
package geojson
