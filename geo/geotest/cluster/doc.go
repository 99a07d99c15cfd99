// Package cluster runs a PostgreSQL cluster with PostGIS of its own: an
// independent spatial engine for tests to compare answers with and for benchmarks
// to race against. It lives in a folder of its own, listens on a socket in that
// folder alone, and is thrown away at the end; a server of the machine is neither
// needed nor touched. Programs of the installed packages do the work: initdb,
// pg_ctl, psql, pgbench.
//
// Not here: a store of the program (data), a driver.
package cluster
