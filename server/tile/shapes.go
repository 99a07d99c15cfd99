package tile

// matrixSets lists the tile matrix sets (OGC 20-057, clause 6).
type matrixSets struct {
	Sets []setInfo `json:"tileMatrixSets"`
}

// tilesetList lists the tilesets of a collection or of the dataset.
type tilesetList struct {
	Tilesets []tilesetInfo `json:"tilesets"`
	Links    []ogcLink     `json:"links"`
}
