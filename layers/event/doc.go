// Package event is the life of a case: the states it can be in, the steps that
// lead from one to the next, who may take them, and what came of each.
//
// Everything is data. Transitions is the one table from which the checks of the
// server, the legal steps in its errors and the buttons of the user interface
// come. The functions over it are pure: the time is passed in.
//
// What is not here: what kinds of events there are and who answers for one at a
// place (layers/duty), how office time is counted (layers/worktime), storing an
// event (it is a feature of the layer "events"), the schema of that layer
// (layers/model), who may see it (layers/access).
//
// Invariants, held by the tests: every state can be reached from a report; a
// closed state has no exits but reopening and archiving; every step and state
// has a name in Chinese and English.
package event
