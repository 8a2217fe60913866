module kubeless.invalid/shim

go 1.21

require (
	github.com/kubeless/kubeless v1.0.8
	runtimes.invalid/protocol v0.0.0
)

replace (
	github.com/kubeless/kubeless => ./kubeless
	runtimes.invalid/protocol => ../../../supervisor/protocol
)
