// Package admin answers the addresses of the three separated administrators
// (domain.md section 4): the system administrator keeps accounts, the security
// administrator gives rights, keys, the policy and the labels of layers. Each
// address has the administrators it answers; everybody else gets Forbidden, the
// other administrators too.
//
//	system administrator    accounts: make, name, disable, unlock, reset, close
//	security administrator  rights of accounts, keys, policy, labels of layers
//
// What each sees of an account differs likewise: one how it is used, the other
// what it may see.
//
// What is not here: the rules between administrators (nobody grants rights to
// themselves, no account is two administrators), which are those of server/auth;
// the statistics of use (server/usage), the audit trail (server/audit), requests
// that wait for approval.
package admin
