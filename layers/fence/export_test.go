package fence

// Settle packs the edges of all fences, however few there are.
func (f *Fences) Settle() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pack()
}
