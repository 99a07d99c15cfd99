package search

// Seq is the sequence up to which the index has followed the city.
func (x *Index) Seq() uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.seq
}
