// Package openapi declares routes: their parameters, bodies and answers. One
// table serves three ends: the router registers it, Check refuses requests that
// do not fit it (unknown, repeated, ill-typed or out-of-range parameters, wrong
// content types), and Document describes it as OpenAPI 3. So the document cannot
// drift from the program.
//
// What is not here: handlers, and rules between parameters, which are theirs.
package openapi
