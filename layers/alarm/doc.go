// Package alarm decides when the readings of a device become an alarm, and when
// the alarm is over.
//
// A rule raises an alarm when a reading reaches a limit and stays there for as
// long as the rule says, and not again before a reading has passed the reset level
// on the other side: the distance between the two keeps a reading that trembles
// around the limit from raising an alarm each time (hysteresis). Each rule and
// device has one State, which is stored; the same readings lead to the same
// states, whether or not the program was restarted between them.
//
// Invariants: a reading that is not later than the last one taken of the same
// device and property changes nothing, so repeated and overtaken readings are
// harmless. Raises and clears of a rule and device alternate, beginning with a
// raise.
//
// What is not here: devices and cases (server/alarm). Silence: a device that says
// nothing more keeps its state; no alarm is raised because time has passed.
package alarm
