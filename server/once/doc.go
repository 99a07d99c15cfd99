// Package once recognises requests that come again: a client that did not hear the
// answer sends the same request with the same Idempotency-Key, and is answered with
// what the first one made.
//
// A Key's record goes into the batch of what the request does, so both are stored or
// neither. What is not here: the answers.
package once
