// Package server is wutu's HTTP end: it assembles the addresses of its
// sub-packages into one handler and runs it.
//
//   - ogc: OGC API Features
//   - api: /api/v1, the questions of the map and the life of events
//   - route: ways on the roads, what is near by minutes, whom to send
//   - tile: vector tiles and TileJSON
//   - stream: server-sent changes
//   - search: the index behind the search box
//   - auth: accounts, sessions, keys and subjects; admin: the addresses of the administrators
//   - disclose: exports as signed files and revealed values, by request
//   - audit: reads written into the trail, and the trail for its administrator
//   - auth/oidc: signing in with the city's identity platform
//   - usage: who uses what, the access log, quotas
//   - tryout: the page on which people try the API out
//   - param: parameters that several addresses share
//   - problem, openapi, geojson: how errors, routes and features look
//
// # How a request flows
//
// trace, log, metrics and usage → security headers, other origins → compression →
// recovery from panics → subject (auth) → quota → route → rules for caches, limits
// of time and body → openapi.Check →
// handler; an error becomes a problem on the way back, and what was read of persons
// a line of the audit trail. A handler gets checked parameters and a subject, asks a live.View or
// applies a batch, and returns an error instead of writing one.
//
// Tiles that are ready, most of all requests, are answered before the router
// (express): a test asks both ways the same and compares answers, log and metrics.
//
// # What is not here
//
// Stores and file formats: the server gets the city, its records and the front
// end through interfaces and never imports data. Deciding who may see what:
// layers/access, applied by every reader.
//
// # Invariants
//
// Every registered route is in the OpenAPI document and the other way round. No
// request makes the process end: panics become problems. The only goroutines
// are those of net/http, what Run starts and waits for, and short readings of rights
// ahead of their time (auth), whose errors concern nobody.
package server
