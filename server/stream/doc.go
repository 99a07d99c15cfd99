// Package stream pushes changes to open maps as server-sent events.
//
// A client names layers, a box and a filter. It gets hello with the sequence it
// starts from, on request a snapshot per layer, and then changes: at most four
// messages a second, each with all that happened since the last, folded to one
// entry per feature, and the tiles that look different now. The id of a message
// is the sequence of its last change; a client that comes back with it
// (Last-Event-ID) goes on from there, or is told to reset when that is too long
// ago. Silence is broken by a comment every 15 seconds.
//
// # Access
//
// A layer the subject may not list is refused by name and otherwise left out. A
// change is sent only if the subject may list the feature's old or new state; a
// feature that leaves the box, the filter or the subject's region is sent as
// deleted. Nothing is sent for changes the subject may not see: no tile, no id,
// no empty message.
//
// # Bounds
//
// Clients keep no queue: the catalog keeps the latest changes for all of them,
// and a client that falls behind is reset. A write that takes too long ends the
// connection. The key is verified again with every heartbeat.
package stream
