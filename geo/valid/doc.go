// Package valid checks that a geometry obeys the rules of OGC Simple Features
// and the limits of this program before it is stored: coordinates finite and on
// Earth, lines of two different points, rings closed and simple, holes inside
// their shell, the inside of a polygon in one piece, the parts of a multipolygon
// apart, nesting and size bounded.
//
// Checks are exact (package predicate's arithmetic) and stop at the first rule
// broken. Ring orientation is free. Repeated points are allowed, as long as
// enough different ones remain.
//
// Not here: repair.
package valid
