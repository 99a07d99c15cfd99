// Package cache keeps rendered tiles and says how to answer for them.
//
// A tile is found by a Key that names everything it depends on, the version of
// its layers included, so nothing in the cache is ever wrong: a change of a layer
// makes new keys, and old entries leave when room is needed. What a subject may
// see is part of the key: subjects share a tile only when their scope is equal.
//
// A tile is compressed once, when it is rendered, and kept compressed: in gzip, and
// in zstd or brotli too once a client prefers them. The few clients that take
// none get it unpacked. However many ask for a tile at once, it is rendered once.
//
// What had to leave to make room leaves its tag behind, in an eighth of the room:
// Cache.Answer confirms a client's copy, or says that a tile is empty, from the key
// alone, without drawing and without the data.
//
// Respond turns an entry and the headers of a request into status, headers and
// body, as RFC 9110 defines them, without knowing an HTTP framework. Each coding
// has its own strong entity tag, made from the content: a new version of a layer
// that leaves a tile as it was keeps its tag. Values of headers are made with the
// entry: an answer from memory allocates nothing for them.
package cache
