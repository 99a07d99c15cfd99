// Package fence finds when moving objects enter, leave, cross and stay in fences.
//
// A fence is any geometry with an id; a Fences is a set of them behind an R-tree,
// so that one fix costs the fences near it, however many there are. A Tracker
// holds, for each object, where it was last and which fences it is in.
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
// # Exactly once
//
// A transition is named by object, fence, kind and the number of the visit, which
// counts up for each object. A Batch works out transitions and the new states of
// its objects without changing the tracker; the caller stores both together, then
// commits. After a restart the stored states are restored: fixes that are not newer
// than the object's last are ignored, so what was stored is not told again and what
// was not is.
//
// What is not here: layers and filters (who the fences and objects are), the store,
// delivery.
package fence
