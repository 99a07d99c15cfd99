// Package usage counts who uses what, and keeps callers within their quotas.
//
// # Counting
//
// Every answered request becomes one Entry, which Meter.Count adds to a cell:
// one key or account, layer, role and route in one hour (UTC). Cells live in
// memory and are written to bucket "usage" every few seconds in one batch; the
// page GET /api/v1/admin/usage reads both. The same entries are the lines of the
// access log (Log), so that the page and the log have the same sums.
//
//   - requests: answers, whatever their status; a stream counts when it ends
//   - rows: what handlers reported through Rows
//   - bytes: of the body, before compression
//   - refused: answers 401, 403 and 429
//
// A request on several layers carries the label "a,b"; grouped by layer it
// counts for each of them, so that sums by layer may exceed the requests.
//
// # Quotas
//
// Quotas.Admit is a token bucket for requests per minute, full after a start of
// the process, and a counter for requests per day, which survives restarts. Days
// begin at midnight in Options.Zone. Refused requests consume nothing.
//
// # What is not here
//
// Who asks (server/auth) and the trail of acts that must be provable
// (layers/audit): usage is statistics, and a process that is killed loses what it
// counted since the last write.
//
// # Invariants
//
// Memory is bounded: beyond Options.Cells cells of an hour, requests are counted
// under key and layer "*", with their route and role. No value of a filter, no
// path and no secret enters a cell or a line, only declared names. Counting
// allocates nothing once a cell exists.
package usage
