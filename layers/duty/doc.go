// Package duty says who answers for an event: the dictionary of event classes
// with their deadlines and responsible units, the rungs by which a department is
// found at a place, and the proof that records why.
//
// What is not here: the life of a case (layers/event), how office time is counted
// (layers/worktime), where the areas and departments are stored: what lies at a
// place is asked of the caller's Ground, so that every function is pure and a
// proof worked out twice from the same city is the same.
package duty
