// Package ogc answers as OGC API Features: landing page, conformance, API
// document, collections, items and single items in GeoJSON, with filters in
// CQL2 text, coordinate systems, sorting and stable paging.
//
// A collection is a layer the subject may list. Pages follow an opaque cursor
// (keyset: stable under writes); offset is taken too, for clients that know
// nothing else.
//
// What is not here: questions that span layers (package api), tiles, writing.
package ogc
