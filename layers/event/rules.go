package event

import (
	"time"

	"wutu/layers/worktime"
)

// Limit is how long a stage may take.
type Limit struct {
	For  time.Duration
	Unit worktime.Unit
}

// Rules are the settings of the life cycle. The zero Rules allow nothing; start
// from DefaultRules. Rules are read only while they are in use.
type Rules struct {
	Accept       Limit    // 受理 of reports taken by a person
	AcceptOnline Limit    // 受理 of reports from OnlineChannels
	Online       []string // channels whose reports wait for AcceptOnline
	Verify       Limit    // 核实
	File         Limit    // 立案
	Dispatch     Limit    // 派遣
	Sign         Limit    // 签收, then the program signs
	Return       Limit    // 退单, from dispatch
	Check        Limit    // 核查

	NearM            float64 // metres that whoever verifies, checks or feeds back may stand from the place
	Warn             float64 // share of a limit after which a warning is due
	Rework           float64 // share of the limit that a rework adds to what was left
	MaxExtensions    int     // of one case
	MaxReturns       int     // returns from which on only the supervisor decides
	ReopenWithin     time.Duration
	ArchiveAfter     time.Duration
	Censure          worktime.Deadline // 通报: after the end of the handling clock
	FeedbackEvidence bool              // departments and workers feed back with a picture and all closing criteria ticked
	StartTier        Tier              // who has a report that nobody's desk has taken
	OrderChannel     string
}

// DefaultRules are those of domain.md section 2. The limits of 立案 and of
// signing, which it leaves open, are those of 派遣 and of returning. Each call
// returns rules of its own.
func DefaultRules() Rules {
	const day = 24 * time.Hour
	twoHours := Limit{2 * time.Hour, worktime.WorkingHours}
	halfHour := Limit{30 * time.Minute, worktime.ClockHours}
	return Rules{
		Accept: halfHour, AcceptOnline: Limit{2 * time.Hour, worktime.ClockHours}, Online: []string{"web", "app", "internet", "api"},
		Verify: twoHours, File: halfHour, Dispatch: halfHour, Sign: twoHours, Return: twoHours, Check: twoHours,
		NearM: 100, Warn: 0.8, Rework: 0.5, MaxExtensions: 1, MaxReturns: 2, ReopenWithin: 7 * day, ArchiveAfter: 15 * day,
		Censure: worktime.Deadline{Amount: 5, Unit: worktime.WorkingDays}, FeedbackEvidence: true, StartTier: DistrictTier, OrderChannel: "leader",
	}
}
