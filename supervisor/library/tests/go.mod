module runtimes.invalid/library

go 1.21

require runtimes.invalid/protocol v0.0.0

replace runtimes.invalid/protocol => ../../protocol
