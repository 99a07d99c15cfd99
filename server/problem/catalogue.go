package problem

import (
	"net/http"

	"wutu/layers"
)

// Entry is one type of problem.
type Entry struct {
	Name     string // last part of the type
	Title    layers.Title
	Statuses []int // under which it is answered, the usual one first
	About    layers.Title
}

// Catalogue lists every type of problem the server answers with. The caller owns
// the slice.
func Catalogue() []Entry {
	return []Entry{
		{"internal", layers.Title{ZH: "服务器出错", EN: "The server failed"}, []int{http.StatusInternalServerError},
			layers.Title{ZH: "程序或环境的缺陷；请把 trace 告诉管理员。", EN: "A defect of the program or its surroundings; tell the administrator the trace."}},
		{"invalid", layers.Title{ZH: "请求无效", EN: "The request is not valid"}, []int{http.StatusBadRequest, http.StatusUnprocessableEntity},
			layers.Title{ZH: "参数、正文或其中某个值不合规定；parameter、pointer、at 指出位置。", EN: "A parameter, the body or a value in it is wrong; parameter, pointer and at say where."}},
		{"not-found", layers.Title{ZH: "没有此对象", EN: "There is no such thing"}, []int{http.StatusNotFound},
			layers.Title{ZH: "该地址、图层或对象不存在，或您无权知道它存在。", EN: "The address, layer or object does not exist, or not for whoever asks."}},
		{"no-way", layers.Title{ZH: "无路可达", EN: "There is no way"}, []int{http.StatusNotFound},
			layers.Title{ZH: "道路网上没有通路，或起终点离道路太远。", EN: "The roads do not lead there, or a place is too far from a road."}},
		{"conflict", layers.Title{ZH: "状态已改变", EN: "The state has changed meanwhile"}, []int{http.StatusConflict, http.StatusPreconditionFailed},
			layers.Title{ZH: "所依据的版本已过时，或同名对象已存在；请重新读取后再提交。", EN: "The version it was based on is stale, or the thing exists already; read again, then send again."}},
		{"precondition", layers.Title{ZH: "需要前提条件", EN: "A precondition is required"}, []int{http.StatusPreconditionRequired, http.StatusPreconditionFailed},
			layers.Title{ZH: "须以 If-Match 写明所依据的版本。", EN: "If-Match must name the version that is changed."}},
		{"illegal-step", layers.Title{ZH: "此时不可执行该步骤", EN: "The event may not make this step now"}, []int{http.StatusUnprocessableEntity},
			layers.Title{ZH: "事件当前状态不允许该步骤；legal 列出可行的步骤。", EN: "The event's state does not allow the step; legal lists those it allows."}},
		{"forbidden", layers.Title{ZH: "无权进行", EN: "This subject may not do this"}, []int{http.StatusForbidden},
			layers.Title{ZH: "当前身份没有此权限，或会话令牌缺失。", EN: "Whoever asks lacks the right, or the token of the session is missing."}},
		{"unauthorized", layers.Title{ZH: "身份未知", EN: "The key is not known or has expired"}, []int{http.StatusUnauthorized},
			layers.Title{ZH: "未登录，密钥未知或已过期。", EN: "Nobody is signed in, or the key is unknown or has expired."}},
		{"too-large", layers.Title{ZH: "请求过大", EN: "The request exceeds a limit"}, []int{http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong},
			layers.Title{ZH: "正文、地址、图形顶点或结果超过上限；detail 写明上限。", EN: "The body, the address, the vertices of a shape or the answer exceed a limit, which detail names."}},
		{"too-much", layers.Title{ZH: "要求过多", EN: "The request asks for too much"}, []int{http.StatusUnprocessableEntity},
			layers.Title{ZH: "请求合法但代价过高；detail 写明上限与可行的改法。", EN: "Valid, but it would cost too much; detail names the limit and what would fit."}},
		{"too-many", layers.Title{ZH: "请求过频", EN: "Too many requests"}, []int{http.StatusTooManyRequests},
			layers.Title{ZH: "配额或频率已用尽；Retry-After 秒后再试。", EN: "A quota or rate is used up; try again after Retry-After seconds."}},
		{"unsupported", layers.Title{ZH: "不提供", EN: "This is not offered"},
			[]int{http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusUnsupportedMediaType, http.StatusNotImplemented},
			layers.Title{ZH: "方法、媒体类型或功能不提供。", EN: "The method, media type or function is not offered."}},
		{"unavailable", layers.Title{ZH: "暂不可用", EN: "The service is not available now"}, []int{http.StatusServiceUnavailable},
			layers.Title{ZH: "正在启动、停止或无法访问存储；稍后再试。", EN: "Starting, stopping, or the store cannot be reached; try again later."}},
		{"busy", layers.Title{ZH: "服务繁忙", EN: "Too many heavy requests at a time"}, []int{http.StatusServiceUnavailable},
			layers.Title{ZH: "同时进行的重型查询过多；Retry-After 秒后再试。", EN: "Too many heavy questions are being answered; try again after Retry-After seconds."}},
		{"timeout", layers.Title{ZH: "超出时间预算", EN: "The time budget of the request is used up"}, []int{http.StatusServiceUnavailable},
			layers.Title{ZH: "未能在时间预算内答复；请缩小范围或分批。", EN: "No answer within the time budget; ask for less, or in parts."}},
	}
}

// Lookup finds a type of problem by its name.
func Lookup(name string) (Entry, bool) {
	for _, e := range Catalogue() {
		if e.Name == name {
			return e, true
		}
	}
	return Entry{}, false
}
