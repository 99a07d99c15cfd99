// Package pbf reads OpenStreetMap PBF files block by block.
//
// It is our own reader of a small format, because the input may be broken or
// hostile: every length is checked before memory is taken for it, a broken block
// names its offset, plain (not dense) nodes are read, and blocks compressed with
// something else than zlib or zstd are refused by name. The usual library
// (paulmach/osm) panics in a goroutine of its own on plain nodes, where no caller
// can catch it, and needs a second zlib through cgo.
//
//	file  = { length:be32  BlobHeader[length]  Blob[BlobHeader.datasize] }
//	block = string table, groups of nodes | dense nodes | ways | relations
//
// What is not here: history files, locations on ways, change sets, metadata
// (users, versions); building geometries, which needs several passes.
//
// The format: https://wiki.openstreetmap.org/wiki/PBF_Format
package pbf
