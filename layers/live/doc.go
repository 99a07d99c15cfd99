// Package live keeps a city resident in memory and answers queries from it.
//
// # Shape
//
// A Catalog follows one store. It holds, behind one atomic pointer, a View: an
// immutable snapshot of every layer at one sequence number. Readers take the
// pointer and never wait for a writer; writers change the store first, then
// publish the next View. The change feed of the store is the only way into the
// tables, so commits of this process and of others take the same path.
//
// A layer's table is a list of segments and a delta. A segment is immutable and at
// first has a million rows at most: columns with dictionaries for repeated strings,
// rows in Hilbert order, a packed R-tree over them and a hash from id to row. What changed since lies in
// the delta, row by row, under a copy-on-write R-tree and an ordered map of
// ids; a row replaced or deleted in a segment is marked dead in a bitmap beside
// it. A background worker merges the delta into a segment and small segments
// into larger ones (each merge at least doubles, so a row is rewritten O(log n)
// times), without stopping readers or writers.
//
// # Exact answers
//
// The index proposes, exact geometry decides: prepared polygons and geodesic
// distance. An R-tree node that lies wholly inside a drawn region is taken as an
// interval of rows without touching geometry. Every feature has one point (its
// own, or its interior point), and one owner per area level: the area that
// contains this point, the lowest code on a border. Owners and H3 cells are
// computed once per segment when first asked for, and kept. So lists, counts,
// groups, hexagons and tiles are made from the same rows and agree. Rows outside
// every area, and those with null, are a group of their own: groups always add up
// to the whole.
//
// # Why it is fast
//
//   - A node of the packed tree is an interval of rows. What a query asks of places
//     (boxes, a region with its buffer, the areas of the scope) is asked of nodes
//     (sieve): one wholly inside counts by the length of its interval less the dead
//     rows, one wholly outside is never opened, and only leaves on a border are tested
//     row by row. A count in a circle costs its border, not its area.
//   - A circle is decided by squares on a plane (measure.Disc), a buffered line or
//     polygon by the same of its edges (belt). The plane's error is known, so only
//     what lies between its two bounds costs a geodesic: answers are exact.
//   - A condition on one field that is kept as a dictionary is judged once for each
//     value (screen); a row costs a look at its code, and in a column of bytes a
//     count of many rows goes by the word. That needs no bitmaps beside the columns,
//     and takes any condition, LIKE and OR within the field included.
//   - The nearest are found leaf by leaf from the nearest leaf on; a row is measured
//     only when the plane does not rule it out, and no row has a place in a queue. When
//     the segments have been asked, it is known how far a hit may be, and of the delta
//     only the box around that is looked at.
//   - Every segment keeps its rows' order by id (four bytes a row), so a page at any
//     depth costs a binary search and its rows, and a whole layer streams without
//     being gathered. With a region either that order is walked, testing rows, or the
//     matches are gathered (a list while they are few, then a bit for each row) and
//     taken in that order: whichever the tree says is less. Sorted pages keep no more
//     rows than they show.
//   - Groups are made from columns by all processors, a few thousand rows at a time:
//     every key numbers its values (a dictionary's codes, positions of owners and
//     cells go through a table), counts and sums lie in arrays by number, and what
//     the processors made is joined at the end. Owners and cells are worked out by
//     nodes of the tree, too: one wholly inside an area or a hexagon answers for its
//     rows, and near the sides of hexagons six planes decide (hexgrid.Finder). Sums
//     are exact and rounded once (exactSum, some 10 ns a number), so that neither
//     merges nor processors nor restarts change a bit of an answer.
//   - Counts and sums by coarse H3 cell, which maps of whole cities ask for tile by
//     tile, are kept by question (layer, filter, scope, fields; aggregate) and moved
//     to the view that asks by the changes between, forwards and backwards: a
//     microsecond a change, a look at each cell a tile, and no scan of the rows but
//     the first. Sums are exact, so that what is taken out leaves nothing behind.
//   - A write costs some thirty microseconds however large the layer is: the delta's
//     trees copy the nodes on their way, dead rows are kept in pages of which one is
//     copied (deadRows), places that many changes of a commit touch are marked once
//     (marks), the feed moves its oldest changes out of the way once in a
//     thousand times, and versions of scopes are copied for the layers that changed.
//     Those who wait for commits at the same time share one reading of the store.
//   - Tiles take what is small together: sums of places and areas before each leaf,
//     and the largest area below each node, are kept by lattice, so that a node inside
//     a cell costs two subtractions. They are worked out after the start and by
//     merges (View.Prepare). The shapes of a segment lie together in memory, in the
//     order of its rows.
//   - Columns append their values as JSON themselves; whether a column's texts need
//     escapes is known since it was built.
//
// # Why it is small
//
// A row takes some 170 bytes in a city of persons, addresses and street furniture, a
// point with eight fields less than 150 with all that belongs to it. Nothing but
// geometries and small dictionaries has pointers, so that the garbage collector has
// little to look at in a city of twenty million rows (View.Memory tells what is where).
//
//   - Points are the leaves of their tree: no boxes are kept of them.
//   - Texts lie one after another, those of one width without offsets. Few different
//     ones are codes of one or two bytes (dictColumn); many that still repeat, such as
//     addresses of households, lie in one piece (sharedColumn); a code that repeats the
//     id of its row is the id.
//   - Times and decimals are a base and a step with codes of two or four bytes, if that
//     gives every value back bit by bit (packing). Versions are distances from the lowest.
//
// # Loading
//
// A layers.BulkReader is read in pieces, one by each processor, whose features and
// texts are valid for the moment: builders copy what they keep, and are used again for
// the next piece. Pieces are of different moments; a row newer than the sequence at
// the beginning is left out and comes with the changes, so none is there twice.
//
// # Access
//
// Every query carries a subject, and every method applies package access before
// it looks at a row. The conditions of the decision (areas, classes, period) are
// made ready once per query (scope) and joined to its own; fields read as the
// decision shows them. A layer the subject may not list yields Forbidden or
// NotFound. One it may count is answered from the layer's release (package
// layers/release): its blocks stand in a table of their own, a shadow of the
// layer's, on which the same plans run, so that counts, groups and hexagons need
// no code that knows of privacy. A release is stored before it is shown, takes up
// changes once a minute, and is resumed from its stored state at the next start.
//
// What a subject cannot see must not show in what it can measure either:
// View.Version is the last change that shows under a decision, for caches and
// tags; extents, sizes and times of a whole layer are for those who see all of it.
// Queries about persons note themselves in the context's Reads, for the audit
// trail.
//
// # The past
//
// A question with an instant, or put to a View.AsOf, runs on a table made for it:
// the resident rows that were true then, the others being dead in it, and one more
// segment of the versions that the store's index of the past finds in the boxes the
// question can meet (layers.PastReader). What changed since the view was made is
// taken from the store whole, so that an answer is that of one state of it. Areas
// are those of the instant; as long as none changed since, they are the present
// ones with all that is worked out for them. Rights are those of now. Pages in
// order of id read history a page at a time, the nearest are looked for in reaches
// that grow; a question without a place costs what the whole layer has of the past.
//
// # The snapshot
//
// Reading a store costs some microseconds a feature. A catalog can keep its segments
// in a file (Snapshot), whose arrays come back as they lay in memory: a read, a check
// and no work for each value. The file is never trusted further than this:
//
//   - That it is of this store's past is proved by its name, which is drawn at random
//     and written into the store once the file holds a state that the store has been
//     in. A city restored from a backup of before does not know the name, another city
//     neither; a copy of a city knows it, and has that past.
//   - Every block carries a checksum or, in a city with keys, is sealed by them, bound
//     to this file and its place in it; and whatever a block says, nothing that is made
//     of it leads outside an array.
//   - Layers whose definition is another than the store's are read from the store. What
//     was committed since is replayed from the log.
//   - What other programs wrote past the log shows in the marks that their updates
//     leave, in rows without a version behind the last row that was known, and, once
//     the log is replayed, in the number of rows (layers.Tracer). Such a layer is read
//     from the store. Marks and rows are those from before the layer was read, handed
//     on from file to file, so that what was written while the city was served is
//     noticed too. What escapes all three (a row deleted by hand, and another added by
//     hand under the number of one that was deleted) is found by a comparison of every
//     feature with the store in the minutes after the start; it is reported, and the
//     next start reads the layer from the store.
//
// A part that is in doubt is read from the store, and a note says why. The file is
// written in the background, of an immutable View: when there is none, when so much
// has changed that the replay would take long, and at the end. It appears whole or not
// at all, and until the new one is in place the old one is good. A city with keys
// never has a value in it in the clear; without keys, layers with sealed fields are
// not in it. Columns that are worked out when first asked for are not kept.
//
// # Locks
//
// Catalog.mu serialises writers and guards the tables' next state. The feed has
// its own lock, taken after mu and never before it. Readers take no lock but
// the short ones that guard the lazily computed columns, and wait for a release
// that is being made for the first time.
//
// # What is not here
//
// Parsing filters (cql2), deciding (access), keeping bytes (the stores), drawing
// (tiles), finding old versions (the stores). Layers given as counts only have no
// past: a release is of now.
package live
