// Package duplicate proposes which reports speak of one and the same thing: open
// cases of the class nearby that a new report may repeat, and closed ones whose
// trouble may have come back.
//
// The rule is that of the city wishes: same class, within 50 m and 24 hours for a
// duplicate, within 30 m and 15 days of the closing for a recurrence, across all
// channels. Positions are uncertain, so the accuracies of both are allowed on top
// of the distance, up to a bound. Two reports that name different things are
// never duplicates, however near; two that name the same thing are one up to the
// wider bound. Every proposal says why.
//
// What is not here: finding the candidates (the server asks the index), deciding
// (a dispatcher does), merging (layers/event). Everything is a pure function.
package duplicate
