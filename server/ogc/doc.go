// Package ogc answers as OGC API Features: landing page, conformance, API
// document, collections, items and single items in GeoJSON, with filters in
// CQL2 text, coordinate systems, sorting and stable paging.
//
// A collection is a layer the subject may list. Pages follow an opaque cursor
// (keyset: stable under writes); offset is taken too, for clients that know
// nothing else.
//
// # Writing
//
// Whoever access.Decision.Edit speaks for makes, replaces, patches and removes
// features (OGC API Features Part 4, now OGC API Common Part 5): POST on items, PUT,
// PATCH (JSON Merge Patch) and DELETE on an item, and OPTIONS says which of them.
//
//   - A change names the state it supposes: If-Match with the ETag of the feature as
//     it was read, * for whatever is there, or If-Unmodified-Since; without one 428,
//     with another state 412. What is checked and what is written is one commit.
//   - The ETag is weak and says what the subject sees and since when, never the
//     number of a change: that would tell how much happens in what it does not see.
//     Last-Modified is for those who may edit.
//   - A body is judged by the schema that /schema shows: unknown properties, types,
//     codes, what is required, what may be read only, and the geometry as imports
//     judge it, each with its JSON pointer. "Prefer: handling=lenient" leaves out what
//     is unknown and takes what differs by its JSON type only.
//   - Fields that the subject does not see whole stay as they are. What results must
//     lie within what the subject may list; who sees a part of a layer does not name
//     new features, as a name that is taken would tell of others.
//   - The state before stays true of the time before: ValidFrom is the time of the
//     change. The audit trail has a line with the names of the fields.
//
// What is not here: questions that span layers (package api), tiles, the life of
// cases (package events).
package ogc
