// Package api answers /api/v1: who is asking, which layers there are, what is
// counted and at a place, search, and the cross-links of a feature.
//
// Every answer comes from one View, so its numbers agree with each other. The
// subject of the request goes into every query; layers the subject may only
// count are counted with small numbers withheld (null and "below"), layers
// hidden from it do not exist, and asking for their features is refused.
//
// What is not here: questions about what is near, within, along or covered (package
// spatial), OGC API Features (package ogc), tiles, the stream, the life of events
// (package events).
package api
