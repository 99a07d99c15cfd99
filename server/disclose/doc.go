// Package disclose lets personal data leave the city by request: exports as
// files, and single masked values revealed.
//
// # Exports
//
// An export is a request, kept as a record. Where the policy asks for it
// (access.Approval) a security administrator, never the requester, approves or
// refuses it. The file is made when it is first fetched after that, from one
// snapshot of the city and with the rights its requester has then, so that rights
// withdrawn in between count. It is a ZIP archive of the data and manifest.json,
// whose header says who got what, why, with which filter, how many rows, of which
// version of the data, and until when; header and data are signed with the city's
// key. It is kept sealed, so that no personal data lies in the city's folder in the
// clear. Verify checks an archive without the city. Only the requester fetches it,
// and not after it has expired.
//
// # Reveal
//
// Whoever may list a feature and sees one of its fields masked may ask for the
// whole value, with a purpose. The answer leaves after its line is in the audit
// trail, is limited in number, and carries a watermark for the screen.
//
// # What is not here
//
// File formats (the caller brings an Encoder), signing in (server/auth), what may
// be seen (layers/access).
//
// # Invariants
//
// Every request, decision, fetch and refusal is a line of the audit trail, in the
// same batch as the record it is about. A file that was not made whole is never
// handed out.
package disclose
