// Package flatgeobuf writes and reads FlatGeobuf, version 3: features in binary
// tables behind a header that declares their columns, their geometry type and their
// coordinate system (specification: https://flatgeobuf.org, https://github.com/flatgeobuf/flatgeobuf
// under src/fbs; FlatBuffers: https://flatbuffers.dev/internals).
//
//	magic      8 bytes: f g b 3 f g b 0
//	header     table, its length before it
//	index      packed Hilbert R-tree of 40-byte nodes, if the header says so
//	features   tables, each with its length before it
//
// A Writer streams: it needs to know nothing but the layer, and writes no index. An
// indexed file (WriteIndexed) holds its features in Hilbert order behind a packed
// R-tree, so that clients read a box out of it with a few requests; it is laid out
// in a scratch file first, and memory holds about 90 bytes a feature.
//
// Coordinates are x before y, longitude or easting first, whatever order the
// coordinate system has: that is how FlatGeobuf is read. The id of a feature is the
// column "id", marked as the primary key; the source reads a column so marked as the
// feature's id.
//
// Reading trusts nothing: every offset, length and count is checked against the
// bytes there are before anything is made from it.
//
// What is not here: Z, M and T coordinates (they are passed over), curves and
// surfaces (such features are rejected), reading by the index.
package flatgeobuf
