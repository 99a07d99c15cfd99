// Package fence finds when moving objects enter, leave, cross and stay in fences.
//
// A fence is any geometry with an id; a Fences is a set of them. A Tracker holds, for
// each object, where it was last and which fences it is in.
//
// # When an object is in
//
// It enters a fence with a fix inside or on the border. It leaves with a fix that
// is outside by more than the margin: the collection's hysteresis or the accuracy
// of the fix, whichever is greater; so a position that jitters on a border is one
// visit. Fixes less accurate than the rules allow change nothing. An object crosses
// a fence when it is in it neither before nor after, but the straight way between
// two fixes meets it. It dwells when a visit has lasted the dwell time, once a
// visit.
//
// # What a fix costs
//
// Almost every fix is near the one before it. A way that meets no border changes
// nothing, and one that crosses the border of an area once more changes the side: so a
// fix asks which borders lie on its way, not which of the fences around it it is in.
// The edges of all fences are packed by place, eight under a leaf of one R-tree, each
// with what is asked of its fence, side by side in memory: among millions of edges a
// look-up costs the places in memory that it touches. And each object keeps the few
// edges around it, for some ten steps, so that most fixes ask no index at all and cost
// nearly the same among a hundred thousand fences as among a thousand. Of these edges
// the boxes are kept in four bytes each, by which all but one or two are passed over
// without being read. Only where a way ends on a border, runs along one, or leads far,
// the shapes of fences are looked at. All tests are exact: what is told is the same as
// if every fence were asked every time.
//
// Fences that change are loose until there are many: their edges are looked at one by
// one. After any change the next fix of each object is taken as a jump: its fences are
// found by their boxes and shapes.
//
// Measured with 10,000 objects that make steps of ten metres among fences of 65
// vertices, 8.3 around each place, one in three fixes telling something: a fix takes
// 1.3, 1.4 and 1.4 microseconds of a processor among 1,000, 23,000 and 100,000 fences,
// on a busy machine (BenchmarkMove). To ask the shapes of all fences whose boxes it lies
// in takes more than six times as long.
//
// # Exactly once
//
// A transition is named by object, fence, kind and the number of the visit, which
// counts up for each object. A Batch works out transitions and the new states of
// its objects without changing the tracker; the caller stores both together, then
// commits. After a restart the stored states are loaded: fixes that are not newer
// than the object's last are ignored, so what was stored is not told again and what
// was not is.
//
// States are stored as a journal: a batch of thousands of fixes is one segment, and the
// oldest segments are written anew when more than half of what they hold is out of
// date. A fix costs at most two states of some hundred bytes, and no record of its own.
//
// What is not here: layers and filters (who the fences and objects are), the store,
// delivery.
package fence
