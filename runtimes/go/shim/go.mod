module kubeless.invalid/shim

go 1.21

require github.com/kubeless/kubeless v1.0.8

replace github.com/kubeless/kubeless => ./kubeless
