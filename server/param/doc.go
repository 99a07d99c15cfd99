// Package param reads the parameters that several addresses share: boxes,
// filters, instants and intervals, sort orders, cursors, coordinate systems and
// geometries. What it returns is ready for a layers.Query; what it refuses is
// Invalid and names the parameter or JSON pointer.
//
// What is not here: types and ranges of single parameters, which
// server/openapi checks from the declaration of the route.
package param
