// Package cql2 reads, writes and evaluates filters in the text form of the OGC
// Common Query Language CQL2 (OGC 21-065r2).
//
// Parse turns text into the syntax tree of package layers, Format turns a tree
// into canonical text, Compile checks a tree against a layer's schema and
// returns a Program that answers rows. Boxes tells an index where to look.
//
// # What is read
//
// The whole grammar: AND, OR, NOT, comparisons (property with property too),
// LIKE, IN, BETWEEN, IS NULL and their NOT forms, arithmetic (+ - * / % DIV ^),
// CASEI and ACCENTI, the eight spatial and fifteen temporal functions, DATE,
// TIMESTAMP and INTERVAL (with properties as ends), WKT geometries with BBOX,
// EMPTY and Z. Refused as Unsupported: array functions, a predicate used as a
// value, and every function that is not part of the language.
//
// Where the standard leaves room, this package decides:
//
//   - Keywords and function names are case-insensitive; property names are not.
//     Words such as DATE, POINT or DIV are names wherever no call can stand.
//   - A quote inside a text is doubled; a backslash is an ordinary character
//     outside LIKE.
//   - A date is the instant at which it begins in UTC. As the end of an INTERVAL
//     it is the last microsecond of that day, so an interval of dates covers its
//     last day. T_EQUALS holds between a date and the interval of that one day.
//   - An instant lies during an interval when it is not outside; two intervals
//     follow Allen's relations strictly, as the standard asks.
//   - Heights in geometries are read and dropped: the predicates are planar.
//   - A BBOX whose west exceeds its east crosses the antimeridian.
//   - Texts compare by their bytes; CASEI folds case in the way of Unicode and
//     ACCENTI removes combining marks except the sound marks of Japanese.
//
// # Three-valued logic
//
// A predicate over null is unknown; NOT unknown is unknown; AND is the least of
// its arguments and OR the greatest in the order false, unknown, true. Only true
// matches. A feature without geometry makes every spatial predicate unknown.
//
// # Limits
//
// MaxText bytes of text, MaxDepth levels of nesting, MaxVertices vertices in all
// constant geometries together. Longer input fails with TooLarge before anything
// of its size is allocated.
//
// What is not here: the JSON form of CQL2, translation to SQL (the stores do
// that from the same tree), and who may see which property: Program.Fields names
// what a filter reads, package access decides.
package cql2
