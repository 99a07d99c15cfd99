// Package keyring holds the keys of a city and everything that is done with
// them: sealing values at rest, blind hashes for exact search, message
// authentication, password hashes and signatures.
//
// All algorithms stand behind one interface with two implementations, chosen
// once per ring by its Suite:
//
//	            standard                gm (国密)
//	sealing     AES-256-GCM             SM4-GCM      (GB/T 32907, mode of NIST SP 800-38D)
//	hash        SHA-256                 SM3          (GB/T 32905)
//	MAC, blind  HMAC-SHA-256            HMAC-SM3     (construction of RFC 2104)
//	derivation  HKDF-SHA-256            HKDF-SM3     (construction of RFC 5869)
//	signature   Ed25519                 SM2 with SM3 (GB/T 32918.2)
//	passwords   argon2id                PBKDF2-HMAC-SM3 (construction of RFC 8018)
//
// # The ring
//
// A ring has one root key, from which the keys for blind hashes and message
// authentication are derived and which lives as long as the ring, and lists of
// data keys and of signing keys. The last of each list is current: it seals and
// signs; the others only open and verify. Every key has a name that follows from
// its bytes, so a damaged key is noticed before it is used.
//
// # Sealed text
//
//	enc:1:KEYID:BASE64URL( nonce 12 bytes | ciphertext | tag 16 bytes )
//
// The context ("persons/citizen_id/310…") is authenticated with the value: a
// sealed text opens only where it was written. Nonces are random; a data key
// should be rotated before it has sealed 2³² values, after which two equal
// nonces become likelier than 2⁻³² (NIST SP 800-38D section 8.3).
//
// # What is not here
//
// Which values are sealed is declared by layers.Field and done by the stores.
// The package knows no network and no clock, and of the file system only the key
// file. Randomness for keys and salts is passed in; nonces, and the random
// part of an SM2 signature, come from crypto/rand, because a caller who repeats
// them gives the key away.
//
// Secrets are not wiped from memory: the garbage collector may have copied them.
package keyring
