// Package ingest moves records of a file into layers.
//
// A format decodes bytes into Raw records; this package does everything that is
// the same for every format: it maps source fields to the fields of a layer,
// converts coordinates to WGS 84, checks geometry, types and codes, gives every
// record its feature id, and commits batches. A record that cannot be stored is
// reported and the import goes on; a file that cannot be read any further ends
// it, and the batches before stay.
//
// Others write beside an import: reports, steps, fixes. A batch keeps them waiting, so
// with a clock (Options.Elapsed) batches are as large as a tenth of a second allows.
//
// For every layer, read = stored + rejected: a record is counted as stored when
// the batch that holds it is durable.
//
// # Feature ids
//
// The value of the id field if one is named, else the id the format knows, else
// the record's number and a 48-bit hash of its content (names, values and
// coordinates as read, before any conversion): "0000002a-9f86d081884c". So the same
// file imported again, with whatever options, makes no duplicates, and ids grow
// with the record number, which keeps inserts into an ordered store fast.
//
// What is not here: formats (packages beside this one), stores, the command
// line.
package ingest
