// Package access decides who may see what. Decide is a pure function of a
// subject and a layer; every read in the program goes through it, so that
// items, counts, tiles, search, streams and exports obey the same rule.
//
// The policy is data: an ordered list of lines (layers.Grant), each saying of
// whom it speaks (roles, accounts, clearance, purpose, time), of which layers,
// and what it gives (nothing, counts or the list; a region, classes, a period, a
// condition; fields shown, masked or hidden). The first line that speaks of the
// subject and the layer decides; where none does, the layer does not exist. A
// city without a policy of its own has Standard. A key's scope (layers, fields,
// region, classes, period) narrows whatever the policy gives and never widens.
//
// A policy is checked and parsed once (NewPolicy), the lines for one subject are
// picked once per sign-in or request (Policy.For), and Decide then makes a
// Decision: conditions on rows, to be joined to every query, and the sights of
// fields. Decision.Scope names what a decision admits, for cache keys.
//
// The rules around the lines:
//
//  1. The program itself (layers.System) sees everything.
//  2. A layer outside the subject's own list does not exist for it.
//  3. Frame layers, which everybody needs for orientation, are not cut by
//     regions and periods.
//  4. A subject with counts only is answered from the layer's release (package
//     layers/release), never from its rows; a number below the threshold is
//     withheld, zero included.
//  5. A masked field may be compared whole with a constant, by cleared subjects
//     who know the value already; it is not sorted, grouped or measured by. A hidden field
//     is not there.
//  6. Events and the frame are not edited through layers, personal layers by the
//     cleared only, and fields that are not shown whole by nobody. Administrators
//     (三员) edit nothing: they see no city data. What is written must be what the
//     writer may list, before and after.
//  7. A condition of a line that does not fit a layer admits no row of it.
//
// What is not here: signing in (server/auth), keeping the policy (server/admin),
// and the application of a decision to rows, which every reader does for itself:
// layers/live for the resident tables, the stores for direct reads.
package access
