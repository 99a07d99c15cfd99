// Package openapitest holds what a running server answers against the document that
// describes it: status, media type, headers and body of every answer, and the body
// of every request that was taken. It reads nothing but the document, so it is no
// part of what it judges.
//
// What is not here: judging the document itself (kin-openapi does, in tests), and
// what the answers mean.
//
// Invariants: answers pass unchanged and unbuffered; what never ends is judged by
// its head alone. Safe for concurrent use.
package openapitest
