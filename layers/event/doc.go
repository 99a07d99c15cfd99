// Package event is the life of a case: the states it can be in, the steps that
// lead from one to the next, who may take them, what kinds of events there are,
// who answers for one at a place, and by when.
//
// Everything is data. Transitions is the one table from which the checks of the
// server, the legal steps in its errors and the buttons of the user interface
// come; Classes is the dictionary of event kinds. The functions over them are
// pure: the time is passed in, and what lies at a place is asked of the caller's
// Ground.
//
// What is not here: storing an event (it is a feature of the layer "events"),
// the schema of that layer (layers/model), who may see it (layers/access), and
// guards that need more than the state and the role, such as the distance of a
// grid worker from the place or the number of returns.
//
// Invariants, held by the tests: every state can be reached from a report; a
// closed state has no exits but reopening and archiving; every step, state and
// class has a name in Chinese and English; every class is answered for by a kind
// of department that layers/model knows.
package event
