// Package problem turns errors into RFC 9457 problem documents.
//
// Every failed request is answered with application/problem+json: a stable type
// ("/problems/invalid"), a title, the status, a detail for people, the parameter
// or JSON pointer at fault, and the trace id that is also in the server's log.
//
// The catalogue of types follows layers.Kind one to one, with three additions
// of HTTP: illegal-step (an event may not make this step; lists the legal ones),
// precondition (a required If-Match is missing) and too-many (a quota or rate is
// used up; Retry-After says until when).
//
// What is not here: deciding what is wrong. Handlers return a *layers.Error, an
// *Illegal or a *Status; this package maps them once.
//
// Invariants: the text of internal errors never leaves the server; it is logged
// under the trace id.
package problem
