// Package ogc answers as OGC API Features: landing page, conformance, API document,
// collections, schemas, items and single items (Parts 1, 2, 3, 5, sorting as in the
// draft of Part 8), and takes changes (Part 4).
//
// A collection is a layer the subject may list. Lists come in GeoJSON, JSON-FG,
// GeoJSON text sequences, HTML, and the formats the caller brings; f decides, else
// the Accept header. Coordinates are written and read in the systems of package
// param, in the axis order of the register; a feature or a box outside a system's
// domain is an error, never something else in its place.
//
// Pages follow an opaque cursor (keyset: stable under writes) that also counts the
// features before it, so that the page before can be named; offset is taken too, for
// clients that know nothing else.
//
// A list is written while it is read. What goes wrong before the first 64 KiB are
// full is a problem document; what goes wrong later ends the connection. An answer
// lasts as long as its client goes on reading. Formats without room for links have
// them in the header, for which the page is walked once before.
//
// Tags of lists are hashes of what is shown: a number of a change would tell how
// much happens in what the subject does not see.
//
// HTML pages are drawn here, without scripts and other hosts, Chinese first.
//
// What is not here: questions that span layers (package api), tiles, formats of
// package data.
package ogc
