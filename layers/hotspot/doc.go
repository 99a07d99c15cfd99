// Package hotspot finds places where more happened lately than their own history
// explains. It is pure: counts go in, findings come out.
//
// # The question
//
// A series holds the counts of one place in equal slices of time (days), the last
// of which are the window. If nothing has changed, how likely is it that at least
// as many of the place's events fall into the window as did?
//
// # The test
//
// Given the total N of a place, the number that falls into the window is, under
// the hypothesis that its rate has not changed, binomial with N trials and the
// window's share of the exposure: the conditional test of two Poisson rates
// (Przyborowski and Wilenski 1940). It needs no estimate of the rate, so it is
// exact also for places with few events, where a test against an estimated mean
// alarms too often. Exposure is one per slice, or the weight of the slice's day of
// the week when the whole city has one (see Weights).
//
// Real counts vary more than Poisson's: one burst water main makes ten reports.
// The dispersion φ (variance by mean, at least 1) is estimated from the histories
// of all places, never from the window, by what Pearson's statistic is expected to
// be given each place's total; over single slices and over blocks as long as the
// window, of which the larger counts. With φ > 1 the counts are taken as negative
// binomial with that dispersion, for which the conditional law is the
// beta-binomial (Pólya's urn) with parameters μ·exposure/(φ−1); with φ = 1 it is the
// binomial. The test with φ = 1 is exact; with φ > 1 it rests on the estimates of φ
// and μ, and the tests of this package measure what comes of that.
//
// Over all places the p-values are adjusted by Benjamini and Hochberg (1995). The
// places are independent, so at most the share Alpha of the places found is false
// in the long run, and where nothing is hot anywhere the chance of a single false
// alarm is at most Alpha.
//
// # Minimal counts
//
// Places with fewer than MinTotal events in all are left out before the adjustment;
// that depends on N alone, which the test takes as given, so it biases nothing. A
// finding also needs MinCount events in the window.
//
// # What is not here
//
// Where a place is, what an event is, reading them (server/analysis).
package hotspot
