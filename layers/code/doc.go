// Package code knows the official codes of a Chinese city: their structure,
// their check characters and their parts. For every code there is a Parse
// function, which is the only check, and a Make function, its inverse. A layer's field
// may name the system its values belong to (layers.CodeSystem): imports and edits
// refuse wrong ones, and the check of a store lists them.
//
// What is not here: dictionaries. Whether a division, an industry or a class of
// street furniture exists is data; this package judges form and check digits
// only. It knows no clock either: a birth date in the future is well formed.
//
// Invariants: Parse accepts exactly the canonical form (upper case, ASCII, no
// blanks or hyphens); Make of the parts Parse returned gives the same text again.
// Every error is a *layers.Error of kind Invalid whose At names the character at
// fault, counted from 1. All functions are safe for concurrent use.
//
// Sources: GB 32100-2015 (unified social credit code), GB 11714 (organisation
// code), GB 11643-1999 (citizen number; ISO 7064 MOD 11-2), GB/T 2260 and
// GB/T 10114 (divisions), GB/T 37346-2019 (parcel and real unit), GB/T 28181
// (video devices), GB/T 30428 (unit grid, component).
package code
