// Package audit writes lines about reads into the audit trail, and lets the
// audit administrator read, verify and take away the trail.
//
// # Recording
//
// Changes carry their lines in their own batch. Reads change nothing, so their
// lines are gathered by a Recorder: equal reads within one interval become one
// line with the sum of their rows, and one batch per interval (200 ms) is
// written. The queue is bounded; who finds it full waits. While the store
// refuses the lines, Record fails, and with it the read that wanted to be
// recorded: nobody reads persons unrecorded. What is queued is tried again, and
// is written before Close returns.
//
// Record returns when a line is queued, not when it is stored: a process that is
// killed loses the lines of the last interval. Who must know that it is stored
// (a reveal, say) calls Settle before answering.
//
// # What is not here
//
// What a line is, the chain and its verification (layers/audit); which reads are
// to be recorded (whoever answers them).
//
// # Invariants
//
// The routes answer auditors only. What an auditor reads is itself recorded.
package audit
