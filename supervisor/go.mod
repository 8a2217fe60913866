module runtimes.invalid/supervisor

go 1.24

require (
	golang.org/x/sys v0.35.0
	runtimes.invalid/protocol v0.0.0
)

replace runtimes.invalid/protocol => ./protocol
