// Package oidc signs people in through the city's identity platform: any
// OpenID Connect provider with discovery.
//
// # The flow
//
// GET /api/v1/session/oidc sends the browser to the provider (authorization code
// flow with PKCE, state and nonce), and leaves a sealed cookie in it: state,
// nonce, verifier and the page to go back to, for ten minutes. The provider sends
// the browser to …/callback, which
//
//  1. opens the cookie and compares the state, so that only the browser that
//     began can end (no forged or injected callbacks);
//  2. compares the issuer that the answer names (RFC 9207), and demands it when
//     the provider promises it, so that no other provider's answer is taken;
//  3. exchanges the code with the verifier, straight with the provider;
//  4. verifies the ID token: signature by the provider's published keys with an
//     asymmetric algorithm, issuer, audience, authorized party, expiry, nonce;
//  5. asks Accounts for the account of that identity, and for a session.
//
// A failure ends on the sign-in page, /login?problem=unauthorized, forbidden or
// unavailable; the reason is in the server's log only.
//
// # What is not here
//
// Accounts, sessions and what a role may do (server/auth). No token is kept: after
// signing in the session is the server's own. Administrators' roles never come
// from a provider.
//
// # Invariants
//
// The server keeps no state for a flow under way, so that nobody can fill its
// memory; of those that ended it remembers the states until they are too old.
// Every address of the provider is https, or on this machine.
package oidc
