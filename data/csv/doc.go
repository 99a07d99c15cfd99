// Package csvfile reads and writes tables of text: CSV with commas, semicolons,
// tabs or bars, quoted as RFC 4180 says, with or without a byte order mark.
//
// The first row names the columns. Coordinates come from a pair of columns whose
// names say longitude and latitude (lon, lng, longitude, x, 经度, easting …), or
// from a column of well-known text (wkt, geometry, geom, the_geom). A row with
// empty coordinates is a feature whose place is not known; a row with a
// coordinate that is no number is rejected, naming the column.
//
// Values stay text: which type they have is decided by the layer, or by looking
// at the whole column when a layer is made.
//
// A row is counted as a record even when it spans lines. A row with more or
// fewer columns than the header is rejected alone; a quote that never ends
// breaks the file off.
package csvfile
