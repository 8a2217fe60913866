// Command headergen writes the C header of the worker library: the numbers of the protocol, taken from
// the Go code that defines them.
package main

import (
	"fmt"
	"os"

	"runtimes.invalid/protocol"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "error: one argument is needed, the file to write")
		os.Exit(2)
	}
	if err := os.WriteFile(os.Args[1], []byte(protocol.CHeader()), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
