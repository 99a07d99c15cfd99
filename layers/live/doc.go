// Package live keeps a city resident in memory and answers queries from it.
//
// # Shape
//
// A Catalog follows one store. It holds, behind one atomic pointer, a View: an
// immutable snapshot of every layer at one sequence number. Readers take the
// pointer and never wait for a writer; writers change the store first, then
// publish the next View. The change feed of the store is the only way into the
// tables, so commits of this process and of others take the same path.
//
// A layer's table is a list of segments and a delta. A segment is immutable:
// columns with dictionaries for repeated strings, rows in Hilbert order, a
// packed R-tree over them and a hash from id to row. What changed since lies in
// the delta, row by row, under a copy-on-write R-tree and an ordered map of
// ids; a row replaced or deleted in a segment is marked dead in a bitmap beside
// it. A background worker merges the delta into a segment and small segments
// into larger ones (each merge at least doubles, so a row is rewritten O(log n)
// times), without stopping readers or writers.
//
// # Exact answers
//
// The index proposes, exact geometry decides: prepared polygons and geodesic
// distance. An R-tree node that lies wholly inside a drawn region is taken as an
// interval of rows without touching geometry. Every feature has one point (its
// own, or its interior point), and one owner per area level: the area that
// contains this point, the lowest code on a border. Owners and H3 cells are
// computed once per segment when first asked for, and kept. So lists, counts,
// groups, hexagons and tiles are made from the same rows and agree.
//
// # Access
//
// Every query carries a subject, and every method applies package access
// before it looks at a row: a layer the subject may not list yields Forbidden
// or NotFound, counts of personal layers are suppressed below the threshold,
// masked fields read as null and cannot be filtered, sorted or grouped on.
//
// # Locks
//
// Catalog.mu serialises writers and guards the tables' next state. The feed has
// its own lock, taken after mu and never before it. Readers take no lock but
// the short ones that guard the lazily computed columns.
//
// # What is not here
//
// Parsing filters (cql2), deciding (access), keeping bytes (the stores), drawing
// (tiles). History: a View answers for the current state; At only selects among
// the resident versions by their validity.
package live
