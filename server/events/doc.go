// Package events answers for the life of cases over HTTP: reports come in, cases
// are read and listed, steps are taken, and what is due by itself happens.
//
// The truth of a case is its history, a record that moves in one batch with the
// feature of the layer "events"; the feature's values are what layers/event says
// the history comes to. The proof of place, adjudications and the requests already
// answered are records too, so nothing acknowledged is lost and nothing happens
// twice.
//
// What is not here: what is legal and when something is due (layers/event), who
// answers at a place (layers/duty), what repeats what (layers/duplicate), pictures
// (server/photo), other doors for reports (server/open311, server/alarm: they call
// Report).
//
// Order of checks of a step: may the subject see the case (404); may its role ever
// take the step (403); is the version named (428) and current (409); may it take
// the step with this case (403); is the step legal now (422, naming those that
// are); is what it needs there (400).
package events
