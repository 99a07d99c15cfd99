package event

import (
	"encoding"
	"fmt"

	"wutu/layers"
)

// Step is what somebody does with a case. The zero Step is none.
type Step uint8

// The steps, in the order in which a case usually meets them.
const (
	Report     Step = iota + 1 // 上报
	Verify                     // 核实派发: send a grid worker to look
	Confirm                    // 受理
	Refuse                     // 不予受理
	Merge                      // 并案
	File                       // 立案
	Dispatch                   // 派遣
	Sign                       // 签收
	Return                     // 退单
	Adjudicate                 // 审定
	Extend                     // 延期
	Suspend                    // 挂账
	Resume                     // 恢复
	Feedback                   // 反馈
	Check                      // 核查派发
	Close                      // 结案
	Rework                     // 返工
	Reopen                     // 重办
	Archive                    // 归档
	Supervise                  // 督办
	Withdraw                   // 撤销
	Supplement                 // 补充: a further report, photo or word
	Deny                       // 驳回: refuse what a department has applied for
	Escalate                   // 上报: to a higher tier
	Delegate                   // 下派: to a lower tier
	Assign                     // 指派: name the worker of a task
	Handover                   // 移交: from worker to colleague
)

var stepFacts = [...]struct{ name, zh, en string }{
	Report:     {"report", "上报", "Report"},
	Verify:     {"verify", "核实", "Send to verify"},
	Confirm:    {"confirm", "受理", "Accept"},
	Refuse:     {"refuse", "不予受理", "Refuse"},
	Merge:      {"merge", "并案", "Merge"},
	File:       {"file", "立案", "File"},
	Dispatch:   {"dispatch", "派遣", "Dispatch"},
	Sign:       {"sign", "签收", "Sign for"},
	Return:     {"return", "退单", "Return"},
	Adjudicate: {"adjudicate", "审定", "Adjudicate"},
	Extend:     {"extend", "延期", "Extend"},
	Suspend:    {"suspend", "挂账", "Suspend"},
	Resume:     {"resume", "恢复处置", "Resume"},
	Feedback:   {"feedback", "反馈", "Report as done"},
	Check:      {"check", "核查", "Send to check"},
	Close:      {"close", "结案", "Close"},
	Rework:     {"rework", "返工", "Send back"},
	Reopen:     {"reopen", "重办", "Reopen"},
	Archive:    {"archive", "归档", "Archive"},
	Supervise:  {"supervise", "督办", "Urge"},
	Withdraw:   {"withdraw", "撤销", "Withdraw"},
	Supplement: {"supplement", "补充", "Add"},
	Deny:       {"deny", "驳回", "Deny"},
	Escalate:   {"escalate", "上报上级", "Escalate"},
	Delegate:   {"delegate", "下派", "Delegate"},
	Assign:     {"assign", "指派", "Assign"},
	Handover:   {"handover", "移交", "Hand over"},
}

var (
	_ encoding.TextMarshaler   = Report
	_ encoding.TextUnmarshaler = (*Step)(nil)
)

// Steps lists every step. The caller owns the slice.
func Steps() []Step {
	out := make([]Step, 0, len(stepFacts)-1)
	for s := Report; int(s) < len(stepFacts); s++ {
		out = append(out, s)
	}
	return out
}

// String is the name used in addresses: POST /api/v1/events/{id}/{step}.
func (s Step) String() string {
	if s > 0 && int(s) < len(stepFacts) {
		return stepFacts[s].name
	}
	return fmt.Sprintf("invalid(%d)", uint8(s))
}

// Title is what the button says.
func (s Step) Title() layers.Title {
	if s == 0 || int(s) >= len(stepFacts) {
		return layers.Title{}
	}
	return layers.Title{ZH: stepFacts[s].zh, EN: stepFacts[s].en}
}

// ParseStep is the inverse of String. The error is Invalid.
func ParseStep(name string) (Step, error) {
	for _, s := range Steps() {
		if stepFacts[s].name == name {
			return s, nil
		}
	}
	return 0, layers.Invalidf("event", "step", fmt.Sprintf("%.40q is no step of an event", name))
}

// MarshalText is String, so that JSON holds names.
func (s Step) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseStep.
func (s *Step) UnmarshalText(b []byte) error {
	p, err := ParseStep(string(b))
	if err == nil {
		*s = p
	}
	return err
}
