// Command wutu keeps a city's five maps (人企地物政) and its events, and serves
// them. See README.md and `wutu --help`.
//
// There is one file per subcommand. This package alone wires stores, decoders,
// the resident engine, tiles and the server together; it holds no logic of its
// own beyond flags, progress and exit codes.
//
// Exit codes: 0 done (an import with rejected records too), 1 failed, 2 an
// import whose file broke off (earlier batches are kept).
package main
