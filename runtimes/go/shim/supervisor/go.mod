module kubeless.invalid/supervisor

go 1.24

require (
	golang.org/x/sys v0.35.0
	kubeless.invalid/shim v0.0.0
)

replace kubeless.invalid/shim => ../
