// Package roadnet makes a road network of a layer of lines and answers from it
// which way is the quickest, what is nearest by minutes, and how far one comes.
//
// # Topology
//
// Coordinates are rounded to 1e-7 degrees, about a centimetre, the resolution of
// OpenStreetMap. Roads meet where they share a vertex: an end, or any other
// vertex, as OSM's ways do. A node is a vertex that two roads share, that one
// road passes twice, or an end; an edge is a piece of a road between two nodes
// with none between. Lines that cross without a common vertex, as at a bridge,
// do not meet. The synthetic city's roads end in their junctions and need no
// splitting; the same rule serves them.
//
// Repeated vertices are dropped, and a road of one place with them. Loops (both
// ends in one node) and duplicate edges are kept: neither can be a detour of a
// shortest path, but somebody may start on one.
//
// # Cost
//
// The cost of an edge is its geodesic length over the speed of its class and
// mode (mode.go), in whole nanoseconds: sums do not depend on their order, so
// every method gives the same cost. Metres are kept in float64.
//
// # Searches
//
// One place to another: A* led by landmarks (landmark.go), a tenth of the nodes
// that Dijkstra's algorithm takes. On 83,000 nodes, a small state, that is 5 ms
// against 24, for 16 MB and a second of building; contraction hierarchies would
// ask for more of both, and networks change here. Everything that goes on around a
// place, the nearest and what is reached, is Dijkstra's algorithm, which ends when
// it has found enough.
//
// # Places
//
// A place is off the network, as a rule. It is snapped to the nearest edge that
// the mode may use, and the way to it is walked in a straight line (Snap). An edge
// serves for this when one can come from it and get to it: both its ends lie in
// one strongly connected component, which is the largest or has at least
// fragmentNodes nodes. So nobody is sent into a car park that a survey forgot to
// connect, while an island with roads of its own keeps them. Between two
// components there is no way; the answer says so.
//
// # What is not here
//
// Turn restrictions, traffic, timetables, time-dependent costs, elevation. Access:
// a Graph knows all roads, and callers let only those ask who may see them all.
// Speeds of one's own: they are data of mode.go.
//
// # Invariants
//
// A Graph is immutable and safe for concurrent use; equal roads in equal order
// make equal graphs and answers. A Keeper holds the graph of the present roads
// and replaces it whole.
package roadnet
