// Package memstore is the plain reference model of layers.Store: maps behind
// one mutex, every question answered by looking at every feature. It is the
// oracle of random-operation tests and the store of tests that need one, so it
// prefers being obviously right to being fast.
//
// What is not here: durability (Close forgets everything), indexes, several
// processes.
//
// Invariants: Apply changes everything or nothing; the sequence has no gaps;
// nothing the store holds is shared with a caller, except geometries, which
// nobody changes.
//
// A read with Query.At looks at all versions of a feature, replaced and deleted
// ones too: of those that were true at that instant, with a deletion ending the
// truth of every version before it, the one learned last is the answer.
package memstore
