// Package changes tells what has changed since a sequence number, page by page: the
// feed that a service follows to keep a copy of what it may see.
//
// Every change that shows to the subject is told, none folded into a later one: a
// put when the new state is to be seen, a delete when only the old one was, be the
// feature deleted or moved out of what the subject may list. A change of which
// nothing shows is not told, and nothing else tells of it: next, the entity tag and
// the time an answer comes depend on visible changes only. Rights are those of the
// request, applied with the borders of now.
//
// What is not here: push (server/stream), files.
package changes
