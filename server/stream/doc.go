// Package stream pushes changes to open maps as server-sent events.
//
// A client names layers, a box and a filter. It gets hello with the sequence it
// starts from, on request a snapshot per layer, and then changes: within 10 ms when it
// was quiet (50 when hundreds listen), then at most 20 messages a second, four when a
// thousand listen, each with all that happened since the last, folded to one entry per
// feature, and the tiles that look different now. The id of a message is the sequence
// of its last change; a client that comes back with it (Last-Event-ID) goes on from
// there, or is told to reset when that is too long ago. Silence is broken by a comment
// every 15 seconds.
//
// # Access
//
// A layer the subject may not list is refused by name and otherwise left out. A
// change is sent only if the subject may list the feature's old or new state; a
// feature that leaves the box, the filter or the subject's region is sent as
// deleted. Nothing is sent for changes the subject may not see: no tile, no id,
// no empty message. Nor do they show in when a message comes: a group looks at the
// feed at ticks of its own clock, and rests only after what it tells.
//
// # Bounds
//
// Who asks the same with the same rights is a group: its messages are made, encoded
// and compressed once. Clients keep no queue. A group keeps the messages that some
// client has yet to take, the last 64 at most, and the catalog the latest 16,384 changes
// for all, of which one layer does not push out those of another; a client that is later
// than the messages is told alone what it missed, one that is later than the changes of
// its layers is reset, and so is a message of more than 4,000 features. Changes of other
// layers reset nobody, however many they are: an import concerns those who follow its
// layer. To be reset is to be told to read the state anew, on the stream that goes on.
// The time between messages grows with the clients and bytes to write, up to 250 ms: a
// busy city is told in larger steps, not later and later. A write that takes longer than
// 20 seconds ends the connection. The key is verified again with every heartbeat.
package stream
