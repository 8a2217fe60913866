module runtimes.invalid/protocol

go 1.21
