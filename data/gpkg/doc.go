// Package gpkg keeps a city in one GeoPackage file: the embedded store, and the
// default one. QGIS and GDAL open the file as it is and see the city's layers
// with typed columns.
//
// # The file
//
// Every layer is a table of its name. Its columns are fid (a number that means
// nothing outside the file), id, version, valid_from, valid_to, geom when the
// layer has a geometry, and one column per field. A field whose name is taken
// (SQLite does not tell Name from name) gets underscores behind it. Layers
// without geometry are tables of data type "attributes".
//
// Tables that start with wutu_ are the program's own: layer definitions, the
// change log, replaced and deleted versions, records, the audit trail, the
// migrations that were run. They are registered as an extension, so that GIS
// programs leave them out of their lists.
//
// A multi-geometry layer stores a single geometry as a multi-geometry of one
// member, as the standard demands; the member is written in big-endian order,
// which is how it is recognized and read back as what it was.
//
// # Sealed values
//
// The values of fields declared as sealed, and the data of every record, are
// encrypted with the keys of Options.Keys before they reach SQLite, so that no
// page, log, free space or copy of the file holds them plain. Their context is
// layer, field and feature id: a value opens in its own row only, but a former
// value of the same row and field opens there too. Beside the column of a sealed
// field stands a blind column wutu_blind_FIELD with a keyed hash and an index of
// it; a filter with "=" or IN on the field reads by that index. wutu_seals is the
// log of keys. A city of plain values opens, and is sealed by Reseal and Scrub,
// which also rotate keys; a rewritten row keeps its version.
//
// The details of the audit trail are sealed too. Not sealed are ids, names of
// buckets and keys of records, and who did what to what in the trail. Sizes and the equality of two
// values of a field (by their hashes) can be seen in the file.
//
// # The audit trail
//
// Lines move with their batch. In a city with keys a line's filter and detail
// are sealed, a salt made with the keys keeps its chain value from being guessed
// at, and a mark made with them authenticates line and chain value, so that an
// edited line is named even when the chain was made anew. wutu_audit_end says
// where the trail ends, with a mark too: what is taken off the end is missed by
// VerifyAudit, and when the next line comes before anybody has looked, a line
// audit.broken remembers it. Lines of before the third migration keep their rule.
//
// # History
//
// What is replaced or deleted moves into wutu_history, with the time in which it is
// still the truth: its validity without that of what was learned later, and only up
// to the deletion. So a version is looked at once when it ends, and hardly ever
// again: most new versions begin after the one they replace. wutu_past is an R-tree
// over place, time and layer of the versions that are the truth at some time; Past
// asks it. A version torn in two by a later one keeps one entry, marked as having
// gaps, and is compared with the later ones when it is read.
//
// # Tracks
//
// Fixes of moving objects come in blocks, a row of wutu_fixes each, and are folded into
// wutu_tracks: what one object did in one hour, in packed columns, found by object and
// hour and, through the R-tree wutu_track_boxes, by place and time. The box of a chunk
// has the way to it from the chunk before. With keys both are sealed: where somebody
// was is as personal as a name. Features that fixes move get new versions as by any
// change, but a version that a move made goes into history only when something else
// than a move replaces it, and its line (operation 4) leaves the log when a move does:
// so positions may change ten thousand times a second for years. wutu_moves counts the
// lines that are gone.
//
// # Concurrency
//
// One goroutine writes. Calls of Apply that arrive together share one
// transaction, each in a savepoint, and one flush to the disk (synchronous =
// FULL in WAL mode). Readers use connections of their own and see one committed
// state. Several processes may use the file: transactions begin immediate, and
// the sequence is read inside them.
//
// Lock order: Store.mu, then pool.mu; neither is held while a statement runs.
//
// # Invariants
//
// A feature's version is the sequence of the change that made it, and the log
// has a line for it. The log has no gaps but those of moves that later ones replaced. Whatever else writes into the file
// leaves a row without version, a row the log does not know, or a line in
// wutu_foreign: Check finds all three.
//
// What is not here: spatial indexes (resident tables answer), the folder with
// its photos (package city), access rules beyond applying them to reads.
package gpkg
