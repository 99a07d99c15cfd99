export const administratorRoles = ['sysadmin', 'secadmin', 'auditor']
/** The roles of those who work with the city, in the order of a list. */
export const workingRoles = ['planner', 'dispatcher', 'supervisor', 'gridworker', 'department', 'commander', 'themeowner', 'api', 'public']
/** What a person's account may hold: services use keys. */
export const personRoles = workingRoles.filter((role) => role !== 'api')
export const allRoles = [...workingRoles, ...administratorRoles]
