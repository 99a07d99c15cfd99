// Package sample makes the synthetic city: a river city with hills, roads,
// districts down to unit grids, parcels, buildings, standard addresses, people,
// firms, street furniture, sensors, services, departments and a month of events.
// It is what a newcomer looks at first, what demonstrations show and what tests
// and benchmarks load.
//
// Nothing in it is real. The city, its places, people and firms are invented;
// names follow real patterns, division codes are in the dictionary GB/T 2260, and
// every check digit is right. Telephone numbers start with 100 or 0000 and number
// plates with a province that does not exist, so they can be nobody's.
//
// # How it is made
//
// The city is drawn in a plan whose axes run along and across the river. There
// the main roads are a lattice of straight lines (lattice.go), and every
// superblock between them is cut by further straight lines, each a road of a
// lower class, down to unit grids (cut.go). All faces are therefore convex, and
// whatever touches a line does so in a node that both sides share (line.go): the
// grids tile the city, and roads meet in junctions, by construction. A smooth map
// (terrain.ground) then bends the plan onto the ground, so that nothing looks
// ruled, and fields of a few sines say where it is dense, hilly, industrial or
// old. Districts, streets and communities are groups of faces (admin.go), whose
// outlines are made of the very vertices of the grids (dissolve.go).
//
// Lots, buildings and rooms are made face by face from streams keyed by what they
// are (stand, eachRoom), again for every layer that needs them. So the memory
// needed is that of the ground alone, and layers agree with each other without
// being kept: a person's room is the room of the layer addresses.
//
// # Cases
//
// Events are lived, not drawn: each takes its steps one after the other as
// layers/event decides (diary.go), with times and errors that chance gives
// (life.go), and what falls due by itself in between, until the present cuts it
// off. So there are returns and adjudications, reworks, extensions, suspensions,
// supervision, tiers and assisting departments in the shares of a real office, and
// some reports repeat others and are merged into them (casebook.go). The history of
// every case is a record of its batch. Pictures and place proofs are not made:
// entries that would carry them have none.
//
// # Invariants
//
// Equal options make equal features in equal order. A place named by a code lies
// in that area. Buildings lie in their parcels, parcels clear of roads and water.
// References lead to features of the same city. The columns of an event are what
// replaying its history gives. The tests hold all of this.
//
// What is not here: storing (Generate yields batches and their records), and any layer that
// layers/model does not declare. Coordinates are computed in float64 and rounded
// to 1e-7 degrees; bytes are equal between runs on processors that round alike.
package sample
