// Package api answers /api/v1: who is asking, which layers there are, what is
// near, within, counted and at a place, search, the cross-links of a feature,
// and the life of events.
//
// Every answer comes from one View, so its numbers agree with each other. The
// subject of the request goes into every query; layers the subject may only
// count are counted with small numbers withheld (null and "below"), layers
// hidden from it do not exist, and asking for their features is refused.
//
// What is not here: OGC API Features (package ogc), tiles, the stream. The rules
// of events' life are layers/event; this package stores their outcome.
package api
