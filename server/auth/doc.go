// Package auth finds out who asks: it makes and verifies API keys and the
// subject of a request without one.
//
// A key is 32 random bytes, shown once. The store keeps its SHA-256 as the key
// of a record in bucket "keys", with role, region, layers and expiry as JSON. A
// key is looked up by its hash, so that comparing takes no time that depends on
// a stored secret.
//
// A key is cleared for personal layers when its role is gridworker, or when its
// list of layers names a personal layer. Clearance is decided when a key is
// made and stored with it, so that a layer that becomes personal later does not
// widen old keys.
//
// What is not here: what a subject may see (layers/access) and which steps it
// may take (layers/event). Passwords and sessions.
package auth
