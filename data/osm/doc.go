// Package osm turns an OpenStreetMap PBF file into features of seven layers:
// buildings, roads, addresses, pois, landuse, water and boundaries.
//
// # Passes
//
// The file is read four times, each time only the blocks that matter: relations
// (which ways do they need), ways (which nodes do those and the mapped ones
// need), nodes (their places, in sorted arrays of 16 bytes a node; points are
// emitted on the way), and at last ways and relations with their geometry. So
// memory grows with the nodes of mapped ways, not with the file.
//
// # Mapping
//
// An object may be a feature of several layers: a building with a house number
// and a shop is one in buildings, addresses and pois. Feature ids are n, w or r
// and the OSM id. A record is one such pair of object and layer; an object of no
// layer is counted as skipped.
//
// A way is an area only when its tags say so (building, landuse, natural=water
// …), and then it must be closed; a relation is an area when its type is
// multipolygon or boundary. Its rings are joined from its ways at shared nodes;
// which ring is a hole follows from nesting, not from roles, which are often
// wrong. What cannot be joined, or needs a way or node that the file does not
// have, is rejected with the reason.
//
// What is not here: the PBF format (package pbf below), history, routes, turn
// restrictions, old multipolygons whose tags stand on their outer ways (the ways
// are taken as they are).
package osm
