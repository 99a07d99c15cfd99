export const administratorRoles = ['sysadmin', 'secadmin', 'auditor']
/** The roles of those who work with the city, in the order of a list. */
export const workingRoles = ['planner', 'dispatcher', 'supervisor', 'gridworker', 'department', 'commander', 'themeowner', 'api', 'public']
export const allRoles = [...workingRoles, ...administratorRoles]
