package access

import "wutu/layers"

// standard is the policy of a city that has made none of its own. The roles and
// what they see are those of domain.md section 4; theme owners keep the layers,
// departments those they own, and services what their keys name.
var standard = []layers.Grant{
	{ID: "public", Title: layers.Title{ZH: "公开图层", EN: "Public layers"},
		Roles:  []layers.Role{layers.Public, layers.SysAdmin, layers.SecAdmin, layers.Auditor},
		Layers: []string{"access:public"}, Mode: layers.GrantList},
	{ID: "no-city-data", Title: layers.Title{ZH: "公众与三员不看城市数据", EN: "No city data for the public and the administrators"},
		Roles: []layers.Role{layers.Public, layers.SysAdmin, layers.SecAdmin, layers.Auditor},
		Mode:  layers.GrantHidden},
	{ID: "cleared-editors", Title: layers.Title{ZH: "经授权的专题管理员可维护各图层", EN: "Theme owners who are cleared keep the layers"},
		Roles: []layers.Role{layers.ThemeOwner}, Cleared: true, Mode: layers.GrantList, Edit: layers.EditAll, Show: []string{"personal"}, Mask: []string{"sealed"}},
	{ID: "cleared-owners", Title: layers.Title{ZH: "经授权的权属部门可维护本部门个人图层", EN: "Departments that are cleared keep the layers they own"},
		Roles: []layers.Role{layers.Department}, Cleared: true, Mode: layers.GrantList, Edit: layers.EditOwn, Show: []string{"personal"}, Mask: []string{"sealed"}},
	{ID: "cleared-services", Title: layers.Title{ZH: "经授权的服务密钥维护其写明的图层", EN: "Keys of services that are cleared keep the layers they name"},
		Roles: []layers.Role{layers.API}, Cleared: true, Mode: layers.GrantList, Edit: layers.EditScoped, Show: []string{"personal"}, Mask: []string{"sealed"}},
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
	{ID: "theme-owners", Title: layers.Title{ZH: "专题管理员维护图层", EN: "Theme owners keep the layers"},
		Roles: []layers.Role{layers.ThemeOwner}, Mode: layers.GrantList, Edit: layers.EditAll},
	{ID: "owners", Title: layers.Title{ZH: "权属部门维护本部门图层", EN: "Departments keep the layers they own"},
		Roles: []layers.Role{layers.Department}, Mode: layers.GrantList, Edit: layers.EditOwn},
	{ID: "services", Title: layers.Title{ZH: "服务密钥维护其写明的图层", EN: "Keys of services keep the layers they name"},
		Roles: []layers.Role{layers.API}, Mode: layers.GrantList, Edit: layers.EditScoped},
	{ID: "staff", Title: layers.Title{ZH: "工作人员", EN: "Staff"}, Mode: layers.GrantList},
}

// Standard is the policy of a city that has made none of its own. The caller
// owns the slice, not what its elements refer to.
func Standard() []layers.Grant { return append([]layers.Grant(nil), standard...) }
