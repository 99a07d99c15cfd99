// Package model declares the standard layers of a city as data: their ids,
// schemas, titles in Chinese and English, codes, units and access classes. A new
// attribute of a standard layer is one line here.
//
// What is not here: any behaviour (who may see a layer is layers/access, what an
// event may do is layers/event), the features themselves (data/sample makes
// some), and layers that people import under other names.
//
// Invariants, held by the tests: every layer passes Layer.Check; every title has
// both languages; every Ref names a layer of this package; area layers hold their
// code both as feature id and as field "code".
//
// Sources: land use values are the second-level codes of GB/T 21010-2017,
// industries the sections of GB/T 4754, states of events those of the domain's
// life cycle. Minor codes of street furniture differ between cities' own lists:
// ComponentKinds is an editable dictionary, not a constant of nature.
package model
