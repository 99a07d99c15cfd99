// Package open311 speaks Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2) at
// /open311/v2, in XML and JSON: cases are its service requests, classes its
// services.
//
// Mapping: jurisdiction_id is the division code of the city, or of one of its
// districts; service_code the class, group its major class; address_id the id of
// the standard address; expected_datetime the deadline; agency_responsible the
// lead department; status_notes the state in words.
//
// Beyond the specification, as others do: page and page_size; extensions=true with
// extended_attributes and notes; servicerequestupdates, read and sent (mySociety);
// CSV with the fields of the bulk specification. Our own: lat, long and radius,
// bbox, updated_after and updated_before, coord=wgs84|gcj02|bd09|EPSG:n for every
// coordinate in and out (the corners of bbox are converted), boundaries, lat and
// long on services.
//
// Access is that of the layer of events: what a subject may not list is in no
// list, and masked fields are empty. Names, telephone numbers and accounts of
// reporters are in no answer. A key is given as api_key, in the query or the
// form, or as everywhere else (Authorization: Bearer).
//
// What is not here: the life of cases (server/events). A media_url is not
// fetched: one of our own pictures is attached, any other is kept as text.
package open311
