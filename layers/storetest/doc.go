// Package storetest is the one suite every layers.Store passes. A store's own
// tests call Run with a function that opens an empty store; everything else a
// caller may rely on is asserted here, against the contract in package layers
// and, for random operations, against layers/memstore.
//
// What is not here: speed, and what only one store promises (files, servers).
//
// Random tests print their seed; set WUTU_SEED to repeat one.
package storetest
