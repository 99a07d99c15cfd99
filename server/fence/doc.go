// Package fence watches the objects of one layer among the fences of another, and
// tells over HTTP what happens between them.
//
// A watch names the layer of the fences and that of the objects, each with a
// filter, and the rules of layers/fence. Office.Run follows the city's changes for
// every watch: a change of an object is a fix (at the time of fix, where the layer
// has one), a change of a fence makes the objects near it be looked at again. What
// they mean, the new states of the objects and how far the changes have been followed
// are stored in one batch: each transition is told once, under a number that
// counts up, however often the program ends in between. A batch is all changes that
// have come since the last: the more come, the less each costs; its transitions lie
// together in a few records, its states in one (see layers/fence). Of fixes that were
// committed but not yet followed when the program ended, the last of each object
// counts.
//
// Transitions are kept for thirty days, in order of numbers that no later watch of the
// same id gives again, and handed out as a list, as a
// stream, or to webhooks (server/webhook). They tell where single objects are: who asks must be allowed to see both
// layers whole.
//
// What is not here: when something is in a fence (layers/fence).
//
// Locks: Office.mu guards what was told last and who waits for more.
package fence
