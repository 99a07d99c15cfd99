// Package crew keeps one goroutine at work for each record of a table, as long as the
// record is there and is as it was when the work began: a watch of fences, a
// subscription of a webhook.
//
// At most one member works for a record: the one that takes over begins when the one
// before has ended. Crew.mu guards the table of members and is held for no wait.
//
// What is not here: the records, the work, and when work that failed is tried again.
package crew
