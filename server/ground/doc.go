// Package ground answers what lies at a place from the resident city: the areas,
// departments, roads and objects that layers/duty asks for, and how far a place is
// from the borders of its areas and how likely it lies in each.
//
// What is not here: the rules by which somebody answers (layers/duty).
package ground
