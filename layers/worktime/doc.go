// Package worktime counts office time: calendars with office hours, public
// holidays and shifted working days, deadlines in working hours, working days and
// clock hours, and when one ends, explained interval by interval.
//
// What is not here: which deadline a case has (layers/duty) and which clocks run
// in which state (layers/event).
//
// Everything is a pure function of a calendar, which is plain data.
package worktime
