package openapi

// Operation is one operation of an OpenAPI 3.0 document, for a route that stands in
// the table in a more general form; its answers are shapes of schemas.go, and its
// failures those that every route has. The bytes are the caller's. The error is
// Internal.
func Operation(r *Route) ([]byte, error) {
	a := newAuthor(dialect{version: "3.0.3"})
	a.mirror.christen()
	op, err := a.operation(r)
	if err == nil {
		err = a.mirror.err
	}
	if err != nil {
		return nil, wrong(err)
	}
	return encode(op)
}
