// Package index finds rows by their boxes. It holds two R-trees with the same
// questions: Packed for a settled set, Delta for one that changes.
//
// Boxes are lon/lat degrees. Both trees keep them as float32, rounded outward:
// a search may propose rows whose exact boxes do not meet the query, never miss
// one that does. Rows are numbers; what they stand for, and exact geometry, is
// the caller's business. Rows without a place (an empty box) are never found.
//
// What is not here: predicates (geo/predicate), distances (geo/measure) and
// anything that knows of features.
package index
