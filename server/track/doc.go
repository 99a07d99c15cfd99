// Package track is the door of moving objects: fixes come in, tracks, stops, trips,
// visits and coverage go out.
//
// # Who sends
//
// Fixes are taken from keys of services that name the layer, from theme owners and from
// who may edit the layer, of objects that they see, where they are and where they go to;
// and of an object that stands for an account (field worker) from that account. Objects that do not exist are refused, unless the layer's
// settings have them made. Sending the same again changes nothing, so no key of
// idempotency is needed.
//
// # Who reads
//
// A track shows as much as the layer would have shown at each of its fixes: the
// conditions of the policy, the region with its margin and the period are asked of
// every fix, and where one is left out the track is cut. An object nothing of which
// shows does not exist. A track tells more of somebody than a position: that of an
// object that is about a person (a layer of persons, or a field for persons that has a
// value, or as the settings say) is shown to the cleared only, if no such field is
// hidden from them, for a purpose, and is written into the audit trail. Answers about
// many objects leave such tracks out for all others and say so. Everybody may see the
// track of the object that stands for the own account.
//
// # How long tracks are kept
//
// As the settings of the layer say, those of persons and of objects that exist no
// more shorter; what is older is removed every hour.
//
// What is not here: what is counted and how tracks are kept (layers/track), fences
// (server/fence).
package track
