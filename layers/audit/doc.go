// Package audit is the audit trail: numbered lines of who did what, chained by
// hashes, sealed day by day with a signature, and verified by whoever holds the
// public key.
//
// # The chain
//
// Lines are numbered from 1 without gaps. Every line carries a chain value, the
// hash of the chain value before it and of its own canonical bytes (Line.Bytes).
// Its Rule says how the value is made, and so where a new way begins:
//
//	sha256-1  SHA-256; actor, action, object and detail only
//	sha256    SHA-256 of all parts
//	sm3       SM3 of all parts
//
// A line may carry a salt, so that nobody who sees the chain value alone can try
// out what the line says (a telephone number has few possibilities).
//
// # Seals
//
// A Seal is made when a day is over: its number, the day, the first and last
// line it covers, the chain value of the last, the hash of the seal before, and
// the signature of the city's signing key (Ed25519 or SM2). A seal covers all
// lines up to the last one that is dated before the end of its day, so that
// lines that came late are in the next one. A day without lines has no seal.
//
// # The file
//
// Lines of JSON: a header with the public keys, lines, each seal behind its last
// line, and an end that is signed when the file is written. It needs no city to
// be verified. Each line of the file must be written exactly as Writer writes
// it, so that no reader can be shown something else than what was verified.
//
// # What is found
//
// Verifier names every line that was edited, removed, inserted, repeated or
// moved, and goes on behind it: seals are anchors from which the rest is judged
// by itself. Who edits a line and computes the chain anew is found by the seal
// (or, in a store with keys, by the mark that each line bears). Removing lines
// at the end is found by the signed end of a file, or the store's own.
//
// What cannot be found: that a whole store was put back to an earlier state of
// itself. Files written in the meantime, or the seals kept elsewhere, tell.
//
// # Retention
//
// Lines may be removed only in whole sealed days, from the oldest on, and only
// when they are older than the retention (at least MinRetention). Their seals
// stay as anchors, and the removal is itself a line: a trail that begins later
// without such a line lacks lines.
//
// # What is not here
//
// Where lines are kept (data/gpkg, layers/memstore), and who may read them
// (server/audit). The package reads no clock and makes no keys.
package audit
