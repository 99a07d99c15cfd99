// Package route answers how long it takes on the roads: the way between two
// places, what can be reached in a time, what is nearest by minutes, and who or
// what to send to a case.
//
// # Access
//
// A way tells of the roads it uses. So only those who may list the whole layer of
// roads, with all fields a way depends on, get one: others are refused as they are
// refused the list. What is found along the way (features, workers, vehicles) and
// all that is said of it, the number of open tasks among it, comes from queries of
// the subject.
//
// # Who to send
//
// Candidates are the nearest by minutes, ranked by what speaks for and against
// them (suit.go). The case itself is changed by nobody here.
//
// # What is not here
//
// The network and its searches (layers/roadnet).
package route
