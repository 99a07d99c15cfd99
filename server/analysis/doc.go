// Package analysis answers questions about many cases at once: what is due or
// overdue (board), how well the city works (evaluation), how many there are from
// the city down to the grid (drill), where there are more than usual (hotspots)
// and what state each was in (replay).
//
// # Every number is a list
//
// A number is the count of a CQL2 filter over the layer "events", and the answer
// carries the filter: the list behind a number is that filter, joined by AND to
// the filter of the number's group, asked of any address that takes one. Counts
// and filters come from the same syntax tree, so they cannot drift apart; the
// time of the request stands in the filter as a constant. The filter of the
// request is a part of the filters of the answer.
//
// Groups are made by the columns of the cases (which grid a case belonged to when
// it was reported), not by where its point lies today: borders move, what was
// true then stays. A case without the column's value is in the group "" of a
// board, and outside in a drill-down, so that sums are exact.
//
// # Access
//
// Whoever may not list events gets no answer (Forbidden, or NotFound when the
// layer is hidden). A number that rests on a column the subject does not see whole
// is Forbidden. A city whose layer lacks a column is told which (Unsupported).
//
// # What is not here
//
// Counting rows (layers/live), the statistics of hot-spots (layers/hotspot), the
// life of a case (layers/event).
package analysis
