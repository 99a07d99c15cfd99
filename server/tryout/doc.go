// Package tryout is the page on which people read the API and try it out: the
// operations by group, their parameters as a form, the answer, and the same request
// as a line for a terminal. The page is drawn in the browser from /openapi.json; it
// loads nothing from elsewhere and needs no right that the content security policy
// of the server does not give.
//
// What is not here: the document (package openapi), and the pages of data that
// people browse (package ogc).
package tryout
