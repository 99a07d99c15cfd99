// Package search is the index behind the search box: it finds features by part
// of a name, by code and by id.
//
// # Shape
//
// Per layer there is one text: a line per feature that has something to be
// found by, with the feature's id, its place, and the normalised values of its
// searchable fields. A search scans the text for the first word and looks at
// the line around each hit for the others. That is exact for any substring, in
// Chinese as in Latin script, needs no knowledge of words, costs about 60 bytes
// a feature and about 10 ms per million features. Ids are looked up in the city
// itself.
//
// The line holds what was true when it was written. A hit is read again from
// the city before it is answered, so a stale line can only cost time. Changes
// since then stand in a small second text; when it has grown, the layer is
// written anew.
//
// # Access
//
// Layers that the subject may not list are not searched. Fields marked personal
// stand in a text of their own, which is opened for cleared subjects only, so
// that no score or order depends on it for others. Hits are read through the
// city with the subject's query: what lies outside its region is dropped there.
//
// # What is not here
//
// Geocoding of free text into address parts, spelling correction.
package search
