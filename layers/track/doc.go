// Package track keeps where moving objects were: the track of each, made of fixes,
// and its latest position in the layer of the objects.
//
// # What is kept
//
// A Fix is a time, a place and what the receiver says of itself. Times are kept to
// the millisecond, places to 10^-7 degrees (about a centimetre), accuracy to the
// decimetre, speed to 0.1 km/h, heading to 0.1 degrees. An object has one fix at one
// time: the first that was taken. The same again changes nothing, so senders repeat
// what they are not sure of.
//
// # How fixes are taken
//
// A Keeper gathers the requests that wait and commits their fixes as one block: one
// row of the store and one flush to the disk, however many they are. Blocks are folded
// later into chunks, one for each object and hour, in columns of packed differences (6
// to 9 bytes a fix). What no chunk has yet is in memory, too, for reading. A fix that
// comes late goes into its hour; one that is older than what is kept, or that comes
// from a clock that is ahead, is refused.
//
// # The latest position
//
// With a block the positions of objects move in their layer, as changes that pass
// (see Store): they are seen by map, stream and fences as any change, and leave neither
// old versions nor lines of the log behind: the track is their history. Of one object
// a position moves at most once in Options.Every, of all objects at most Options.PerSecond in a
// second, who waits longest first. So the change feed has a bounded rate, whatever
// is sent.
//
// # Answers
//
// Ways between fixes are straight in longitude and latitude; a pause longer than a
// gap, which the question sets, cuts a track into parts. Stops, trips, visits and
// coverage are functions of parts and say exactly what they count. Distances are
// geodesic.
//
// What is not here: who may send and read (server/track), bytes on the disk (the
// stores), fences (layers/fence).
package track
