// Package geojson reads files of GeoJSON features as a stream: a
// FeatureCollection (RFC 7946), a single Feature or geometry, and sequences of
// features, one on each line or behind record separators (RFC 8142).
//
// A document is never held whole. The reader splits it into the bytes of single
// features, which layers/geojson then reads. Members of the collection may come
// in any order, unknown ones are passed over, of whatever size.
//
// In a collection a feature that is not JSON ends the stream: where the next one
// begins is unknown. In a sequence the next line or separator begins anew, so
// only the broken text is rejected. A feature that is JSON but wrong is always
// rejected alone.
//
// The crs member that RFC 7946 removed is still written by many programs: it is
// found wherever it stands and offered to the importer, which prefers what it is
// told.
package geojson
