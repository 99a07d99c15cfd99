// Package photo takes pictures in over HTTP and shows them to those who may see
// them.
//
// A picture is cleaned of everything but itself (layers/photo) and lies on the
// disk, durably, before it is acknowledged. Its id follows from its content, its
// facts and its sender, so sending it again is harmless with and without an
// idempotency key. It may be seen by who sent it and by whoever sees a case that
// carries it; to everybody else it does not exist. One that no case carries after
// a day is thrown away.
//
// What is not here: which cases carry which pictures (the batch of the step brings
// the records of layers/photo.Carried), the files (data/photo).
//
// Locks: Office.changing is held for reading while a picture is stored, and for
// writing while one is thrown away, so that none disappears that was just sent
// again.
package photo
