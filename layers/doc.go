// Package layers is the domain of wutu: it names what a city keeps and what can
// be asked of it, and never how that is stored, drawn or served.
//
// # Glossary
//
// One word has one meaning everywhere in the program.
//
//   - City: everything one instance keeps; one store holds one city.
//   - Layer: a named set of features of one kind with a declared schema
//     (buildings, persons, events). Not a drawing layer of a map style.
//   - Element: which of the five maps a layer belongs to (人企地物政), or the
//     frame (areas, roads, addresses), or events.
//   - Feature: one thing of a layer: a stable id, a geometry or none, values in
//     the order of the schema, and the interval in which it was true.
//   - Area: a feature of a layer that has a Level (district, street, community,
//     grid). A feature has at most one owning area per level.
//   - Grid: the legal unit grid (单元网格), an area. An H3 cell is always called
//     a cell or hexagon, never a grid.
//   - Event: a feature of the layer "events"; a case with a life cycle.
//   - Change: one feature put or deleted, or one layer defined, at a place in
//     the sequence of commits.
//   - Sequence (seq): the number of a change, growing by one; when we learned
//     something. Validity (ValidFrom, ValidTo) is when it was true.
//   - Subject: who asks. Every Query carries one.
//   - Tile: a square of the Web Mercator pyramid, only in package tiles.
//
// # Rules of the package
//
// Coordinates are orb types holding longitude and latitude in degrees, WGS 84,
// in this order. Other coordinate systems exist only in decoders and at the
// HTTP edge. Edges are straight in longitude and latitude. Areas and distances
// are square metres and metres on the ellipsoid. Times are UTC with microsecond
// resolution. The zero time means "unknown" or "unbounded", never 1970.
//
// The package holds Layer, Feature, Subject, Query, the syntax tree of filters,
// Change, Error and the Store contract, so that its sub-packages never form a
// cycle. Behaviour lives in those sub-packages: cql2 reads and evaluates
// filters, access decides who may see what, live keeps the resident tables,
// memstore is the reference store, storetest the suite every store passes.
//
// Values of this package are plain data: they are safe to share between
// goroutines as long as nobody changes them. A *Layer is immutable once it has
// been handed to a store.
package layers
