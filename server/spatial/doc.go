// Package spatial answers the questions of /api/v1 about space: what is near a place
// or a shape, within a region, along a path; of many points at once; which features
// of two layers belong together, and which have no partner; whom facilities reach;
// how much of one layer's ground another takes.
//
// Every answer comes from one View, so its numbers agree with each other and with
// lists, counts and tiles. The subject of the request goes into every query: a
// question whose answer tells of single features of a layer needs the right to
// list it, and what may only be counted is counted from its release. Fields serve
// to group and to measure when the subject sees them whole.
//
// Limits keep a request within its budget: limits.go has them, and what exceeds one
// is refused with 413 and the limit. Work that turns out longer than the time
// allowed ends with the request's context.
//
// The algorithms are in layers/spatial and layers/live. What is not here: ways and
// isochrones (package route), statistics by area (package api).
package spatial
