package gpkg

// SealTexts has a store seal every text, declared or not.
func SealTexts(o Options) Options {
	o.texts = true
	return o
}
