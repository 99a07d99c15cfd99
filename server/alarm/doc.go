// Package alarm takes readings of devices over HTTP, shows them in the layer, and
// makes a case of each alarm that the rules of layers/alarm raise.
//
// A reading is taken in one batch: the device's value, time and state in the
// layer, which every open map shows at once, and the memory of its rules, a
// record. An alarm is first stored as being raised, then reported under a key made
// of device, rule and the first alarming reading, then stored with its case: a
// program that ends anywhere between reports it again under the same key, which
// makes no second case. Run does so at the start, and every minute for those that
// could not be reported. The readings of a device that follow one that raises an
// alarm are taken after it is a case, in a further batch, even those of the same
// request: they could end an alarm that nobody has heard of.
//
// The case lies at the device, or at what it is mounted on, comes through the
// channel "sensor", and names the rule. When the alarm is over the case is told.
//
// What is not here: when something is an alarm (layers/alarm), the life of the
// case (server/events).
//
// Locks: Office.mu is held while readings are taken and while alarms are
// reported; one request at a time changes the memories.
package alarm
