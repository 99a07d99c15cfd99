// Package auth finds out who asks: it keeps accounts, sessions, API keys and the
// policy of the city as records of its store, and tells of every request whose it
// is (Gate.Identify) and which lines of the policy speak of it.
//
// # Accounts
//
// An account is a person's. The system administrator makes and disables it, the
// security administrator gives it rights; a fresh one holds no more than the
// public. Nobody grants rights to themselves, no account is ever two of the three
// administrators, the last of each cannot be taken away, and no policy opens the
// city's data to them. Their passwords are reset at the machine only.
//
// A change is written by compare and swap: it claims the next version by a record
// that can be made once, so that two processes never lose each other's.
//
// # Signing in
//
// Passwords are hashed by a Hasher. What is tried under a name is counted whether
// or not there is such an account; five failures in 15 minutes lock the name for
// 15 minutes, and failures by network address are counted too. Unknown, disabled
// and expired accounts cost the same hash and give the same answer.
//
// Second factors are TOTP (RFC 6238). A code is taken once. Administrators may do
// nothing before they have one.
//
// # Sessions
//
// The cookie holds 256 random bits, the store their hash. A session ends 30
// minutes after its last use, 12 hours after its beginning, by signing out, and
// when the epoch of its account moves on: a new password or factor, other rights,
// disabling. Requests that change something must carry a token that follows from
// the cookie and cannot be read from elsewhere.
//
// # Keys
//
// A key is 32 random bytes, shown once. The store keeps its SHA-256 as the key
// of a record in bucket "keys", with role, scope, purpose, quotas and expiry as
// JSON. Keys and sessions are looked up by hash, so that comparing takes no time
// that depends on a stored secret.
//
// A key is cleared for personal layers when its role is gridworker, or when its
// list of layers names a personal layer. Clearance is decided when a key is
// made and stored with it, so that a layer that becomes personal later does not
// widen old keys.
//
// # What is remembered
//
// Records that requests need are kept for half a second: what another process
// changes is in force within a second, what this one changes at once.
//
// Lock order: Gate.changing before throttle.mu before memory.mu.
//
// What is not here: what a subject may see (layers/access) and which steps it
// may take (layers/event); the pages of administrators (server/admin); the
// identity platform (server/auth/oidc).
package auth
