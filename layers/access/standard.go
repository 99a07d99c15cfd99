package access

import "wutu/layers"

// standard is the policy of a city that has made none of its own. The roles and
// what they see are those of domain.md section 4.
var standard = []layers.Grant{
	{ID: "public", Title: layers.Title{ZH: "公开图层", EN: "Public layers"},
		Roles:  []layers.Role{layers.Public, layers.SysAdmin, layers.SecAdmin, layers.Auditor},
		Layers: []string{"access:public"}, Mode: layers.GrantList},
	{ID: "no-city-data", Title: layers.Title{ZH: "公众与三员不看城市数据", EN: "No city data for the public and the administrators"},
		Roles: []layers.Role{layers.Public, layers.SysAdmin, layers.SecAdmin, layers.Auditor},
		Mode:  layers.GrantHidden},
	{ID: "cleared", Title: layers.Title{ZH: "经授权可看个人信息", EN: "Cleared for personal data"},
		Cleared: true, Mode: layers.GrantList, Show: []string{"personal"}, Mask: []string{"sealed"}},
	{ID: "people-counts", Title: layers.Title{ZH: "个人信息只给统计数", EN: "Counts of people only"},
		Layers: []string{"access:personal"}, Mode: layers.GrantCounts},
	{ID: "reporters", Title: layers.Title{ZH: "受理督办看脱敏的上报人", EN: "Reporters masked for dispatch and supervision"},
		Roles: []layers.Role{layers.Dispatcher, layers.Supervisor}, Layers: []string{"element:event"},
		Mode: layers.GrantList, Mask: []string{"personal"}},
	{ID: "workers-places", Title: layers.Title{ZH: "网格员位置只给调度人员", EN: "Where workers are is for those who send them"},
		Roles: []layers.Role{layers.Planner, layers.ThemeOwner, layers.API}, Layers: []string{"movers"}, Mode: layers.GrantList,
		Filter: "kind IS NULL OR kind <> 'worker'", Where: layers.Or{Args: []layers.Expr{layers.IsNull{Term: layers.Property{Name: "kind"}},
			layers.Compare{Op: layers.Ne, Left: layers.Property{Name: "kind"}, Right: layers.Literal{Value: layers.Text("worker")}}}}},
	{ID: "staff", Title: layers.Title{ZH: "工作人员", EN: "Staff"}, Mode: layers.GrantList},
}

// Standard is the policy of a city that has made none of its own. The caller
// owns the slice, not what its elements refer to.
func Standard() []layers.Grant { return append([]layers.Grant(nil), standard...) }
