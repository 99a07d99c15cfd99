// Package event is the life of a case: the states it can be in, the steps that
// lead from one to the next, who may take them, what they need and what must hold,
// and which clocks run meanwhile.
//
// A Case is the fold of its History; nothing else is the truth, and the columns of
// the layer "events" are what Columns makes of it. An Entry records all that later
// entries depend on, due times included, so that Replay needs neither a calendar
// nor a dictionary, and an old history means the same under new rules.
//
//	Decide  a Command in an Env  →  an Entry, or why not
//	Take    an Entry             →  the Case after it
//	Legal, Automatic, ClocksAt   what can be done, what happens by itself, how time stands
//
// transitions (table.go) is the one table from which the checks, the legal steps
// in errors, the documents (LIFE.md) and the buttons of user interfaces come;
// conditions that a state and a role cannot say are guards with names and titles.
// All functions are pure: time, subject, calendar and rules are passed in.
//
// What is not here: what kinds of events there are and who answers for one at a
// place (layers/duty), how office time is counted (layers/worktime), storing an
// event (it is a feature of the layer "events") and its history (a record), the
// schema of that layer (layers/model), who may see it (layers/access), which
// worker is near.
//
// Invariants, held by the tests against a second, plain writing of the rules: only
// what the table allows succeeds, and a refusal lists exactly what is legal; what a
// clock used and what is left make up its limit; stopped time is not used; the
// handling clock runs from dispatch, whenever the department signs or returns; a
// rework has what was left and half the limit; every prefix of a history replays,
// from its bytes, to the case as it was.
package event
