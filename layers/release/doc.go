// Package release makes the release of a personal layer: what subjects without
// clearance are answered from, instead of its rows.
//
// # Idea
//
// A release is made by microaggregation, a method of statistical disclosure
// control: the rows are parted into blocks of at least k rows, and of a block only
// a few numbers are known (Block): where it stands, one value per dimension, how
// many rows it has, and sums of measures. Every answer of any kind (region,
// filter, area, hexagon, tile, list of groups) is computed from the blocks alone,
// as if each were N features at its anchor.
//
// # Guarantee
//
// Call the coming of a row to a base cell, or its leaving, an event; the rows of
// the first publication came all at once. Events are parted into groups of at
// least k, and a group is published whole or not at all, once and for ever.
//
//   - An answer is 0 or at least k.
//   - Whatever is computed from any number of answers, of any kind, at any times,
//     by any number of subjects together, with knowledge of the areas, the cells
//     and this program, is computed from the numbers of whole groups. No sum or
//     difference of answers is that of fewer than k events.
//   - Nobody has to be remembered: there is no budget per subject, no list of
//     queries, and nothing to lose at a restart.
//
// The argument: a block is made of one group of rows that came (found, place),
// or by adding blocks (merge), or by taking a group of rows that left from a block
// (take). So the number of every block at every time is a sum, with signs, of the
// sizes of whole groups, and so is every sum of blocks, and every sum and
// difference of such sums: the answers, as vectors over events, lie in the space
// spanned by the indicators of the groups, which are disjoint and at least k wide.
// Which blocks an answer adds up depends on anchors and values that are the same
// for all rows of a block. Blocks below k rows are never shown. Sums of measures
// follow the same rule with the rows that have a value in the place of the rows:
// a group with fewer than k values withholds its sum until a later group of these
// base cells has enough; how many rows have no value is told only of k or more.
//
// # How blocks are made
//
// A row falls into a base cell: the areas that own it from district to grid, its
// H3 cell of Resolution, its combination of dimension values. A base cell is never
// divided. Within a combination base cells are joined in the order of the H3
// index until there are k rows: first within the grid; those of grids with fewer
// within the community; and so on to the city. Where an area has blocks of the
// combination, what is too few beside them joins them. What is rare in the whole
// city joins the nearest block of any combination, so that the total is exact.
// If no combination has k rows, they are joined regardless of it; of fewer than k
// rows there is no release. The result depends on the set of rows, not on their
// order. So in a first publication
//
//   - the count of the city is exact;
//   - an area in which every combination has none or at least k rows is short of
//     none, and its count is exact if the same holds for the areas beside it and
//     beside its parents (in slivers of areas too narrow for the centre of a cell
//     of some 6 m² the count may go to the neighbour);
//   - counts by dimension in the city are exact for combinations of k rows or more,
//     but for the rare rows that were mixed in.
//
// Elsewhere rows are counted in a place near to where they are. Areas are taken
// as a path: a grid that two communities own in part counts as two.
//
// An anchor is the centre of one of the block's base cells, or of a smaller cell
// in it where a border leaves no other; it never depends on where in its cell
// somebody lives.
//
// # How blocks live
//
// The ledger counts the rows of every base cell as they are; the state says how
// many of them the blocks account for. Next looks for groups among the
// differences, with the same method from the grid up. Rows that came become new
// blocks. Rows that left are taken from the nearest blocks of their combination;
// what would fall below k is merged with its neighbours. Differences of an area
// wait there until they are k and one percent of its published rows (per
// combination, comings and leavings apart) before they are joined with those from
// farther away: so at every level the count is behind the truth by less than that,
// and in small areas it drifts as rows of a group are counted at one anchor.
// Changed measures of rows that stay follow when rows come to their base cell or
// leave it.
//
// A publication is two steps: the caller stores the State that Next made, then
// shows it with Adopt. A crash in between makes the same publication, or a later
// one, again; what was shown is never forgotten. After a restart Resume counts the
// rows anew and takes from the state what was published, so that what happened
// while the program was not running waits like everything else.
//
// # What the caller must keep
//
//   - One release per layer, with the largest k that any subject without clearance
//     is bound to: two releases of one layer made apart betray groups smaller than
//     either's blocks. For the same reason New is for layers that never had a
//     release; everything else Resumes.
//   - Answers come from Blocks alone: a filter on a field that is no dimension, a
//     sum of a field that is no measure, an instant in the past, ids, extents,
//     smallest and largest values are refused, not computed from rows.
//   - Publish by the clock, at most daily for the public, not whenever Due: the
//     time of a publication tells when the last row of a group came.
//   - A State is as confidential as the rows: it holds counts of base cells.
//
// # Limits
//
//   - Who knows all rows of a group but one, or brings k-1 of them into the city,
//     learns of the last: whoever may write to the layer is not guarded against.
//     Who makes one row move often makes several events of it.
//   - That a group has k rows does not mean that they differ: if all rows of an
//     area have one value of a dimension, a release says so. Sums say little of a
//     row only if no row dominates them: one value far above the others of its
//     group can be guessed from the sum.
//   - A difference of answers at two times is a sum of whole groups with signs,
//     not 0 or at least k: twelve who came and eleven who left are one more. That
//     can equal, by chance, what truly happened in the meantime; nothing in the
//     answers tells when it does. While rows only come it is 0 or at least k.
//   - An anchor tells that its base cell was not empty when the block was made.
//   - A dimension must not be personal: the combination of a row shows in its block.
//   - A number that was published cannot be called back.
//
// # Not here
//
// Who is answered from a release (layers/access), how answers are computed from
// blocks (layers/live), where states are stored.
//
// A Release is safe for concurrent use; one mutex guards ledger and state, and
// Blocks reads a snapshot without it. Sources of the method: Domingo-Ferrer and
// Mateo-Sanz, "Practical data-oriented microaggregation for statistical disclosure
// control" (2002); Samarati and Sweeney on k-anonymity (1998).
package release
