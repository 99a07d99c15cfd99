// Package aim works out where on the ground a camera looks, from what its layer
// says of it.
//
// The ground is taken as level. Seen from above a camera sees a sector: its apex is
// the camera, its radius the range, its angle the field of view around the azimuth
// (degrees clockwise from north). An event that names nothing but the camera is
// somewhere in the sector; its place is the middle of the smallest circle around
// the sector, its accuracy the circle's radius. With a field of view of 2α and a
// range R that is R/(2 cos α), along the axis by as much, up to α = 45°; beyond,
// where the arc's ends lie farthest apart, the middle of their chord and R sin α;
// and from α = 90° on the camera itself and R.
//
// A camera that says how far it is tilted down (pitch, degrees below the horizon)
// and how high it hangs looks at one spot, height / tan(pitch) ahead, if that is
// within its range. The circle around it then is as wide as the sector there, and
// at least half as far as the camera.
//
// What is not here: buildings and slopes in the way.
package aim
