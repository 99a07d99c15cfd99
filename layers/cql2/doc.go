// Package cql2 reads, writes and evaluates filters in the two forms, text and
// JSON, of the OGC Common Query Language CQL2 (OGC 21-065r2), all fourteen
// conformance classes.
//
// Parse and ParseJSON turn a filter into the syntax tree of package layers,
// Format and FormatJSON write a tree in canonical form, Compile checks a tree
// against a layer's schema and returns a Program that answers rows. Boxes tells
// an index where to look. Functions lists the functions that may be called.
//
// # What is read
//
// The whole grammar: AND, OR, NOT, comparisons (property with property too),
// LIKE, IN, BETWEEN, IS NULL and their NOT forms, arithmetic (+ - * / % DIV ^),
// CASEI and ACCENTI, the eight spatial, fifteen temporal and four array
// functions, DATE, TIMESTAMP and INTERVAL (with properties as ends), WKT and
// GeoJSON geometries with BBOX, EMPTY and Z, and calls of functions. A predicate
// may stand as an element of an array, as an argument of a function and before
// IS NULL, but not in comparisons, which the standard does not have either.
//
// Where the standard leaves room, this package decides:
//
//   - Keywords and function names are case-insensitive in text; property names
//     are not. In JSON the operations are written as the schema has them. Words
//     such as DATE, POINT or DIV are names wherever no call can stand.
//   - In a text literal a quote is doubled or escaped with a backslash, which
//     also escapes itself and makes the control characters \a \b \t \n \v \f \r;
//     before anything else it stays, so that LIKE finds \% and \_ as they are.
//   - A date is the instant at which it begins in UTC. As the end of an INTERVAL
//     it is the last microsecond of that day, so an interval of dates covers its
//     last day. T_EQUALS holds between a date and the interval of that one day.
//   - An instant lies during an interval when it is not outside; two intervals
//     follow Allen's relations strictly, as the standard asks.
//   - Heights in geometries are read and dropped: the predicates are planar.
//   - A BBOX whose west exceeds its east crosses the antimeridian.
//   - Texts compare by their bytes; CASEI folds case in the way of Unicode and
//     ACCENTI removes combining marks except the sound marks of Japanese.
//   - Parentheses around a whole argument or element make an array of one, as the
//     grammar ranks it; a function that takes no array takes its element.
//   - In JSON a property may be a predicate, as in text, and IN with an empty
//     list is false.
//
// # Arrays
//
// Arrays are sets: order and repetition mean nothing, elements of different
// kinds differ, numbers are equal by value. They come from literals and from the
// function split; a property or another term of one value is the array of that
// value, so A_CONTAINEDBY(kind,('a','b')) says the same as IN. Layers have no
// fields of several values. Should they get them, the row hands out the values
// of such a field one by one and it becomes one more source of elements here:
// neither the tree nor the predicates change. A text that holds a list in some
// notation is a text, and split says so in the filter.
//
// # Time
//
// Nothing here reads a clock. At replaces now() in a tree by the time of the
// request; Compile refuses a tree that still holds one.
//
// # Three-valued logic
//
// A predicate over null is unknown; NOT unknown is unknown; AND is the least of
// its arguments and OR the greatest in the order false, unknown, true. Only true
// matches. A feature without geometry makes every spatial predicate unknown. A
// function of null is null (except coalesce), and so is arithmetic that has no
// finite result. An element of an array that is null equals nothing for certain
// and differs from nothing for certain: A_CONTAINS is unknown where it depends on
// that.
//
// # Limits
//
// MaxText bytes of text or MaxJSON bytes of JSON, MaxDepth levels of nesting,
// MaxVertices vertices in all constant geometries together, and for each row a
// bounded number of comparisons of array elements and vertices to measure to.
// Longer input fails with TooLarge before anything of its size is allocated.
//
// What is not here: translation to SQL (the stores do that from the same tree),
// the pages that list the functions, and who may see which property:
// Program.Fields names what a filter reads, package access decides.
package cql2
