// Package access decides who may see what. Decide is a pure function of a
// subject and a layer; every read in the program goes through it, so that
// items, counts, tiles, search, streams and exports obey the same rule.
//
// What is not here: signing in (server/auth), and the application of a decision
// to rows, which every reader does for itself: layers/live for the resident
// tables, the stores for direct reads.
//
// The rule, in the order in which it is tried:
//
//  1. The program itself (layers.System) sees everything.
//  2. A layer outside the subject's own list does not exist for it.
//  3. An anonymous member of the public sees public layers only.
//  4. The three administrators (system, security, audit) see no city data
//     beyond public layers: their work is settings, grants and the audit trail.
//  5. A personal layer is listed for cleared subjects and counted, with small
//     counts suppressed, for everybody else who is signed in.
//  6. A subject with a region sees the features whose own point lies in it;
//     frame layers, which everybody needs for orientation, are not cut.
package access
