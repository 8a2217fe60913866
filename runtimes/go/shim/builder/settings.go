package main

import (
	"fmt"
	"go/token"
	"strings"
)

// settings are the variables of a phase.
type settings struct {
	volume   string // holds the function, and gets the program
	manifest string // the function's go.mod; it need not exist
	handler  string // may be empty
}

// load reads the settings through `lookup`. The handler becomes part of a program, so it has to be
// a name (IMAGE-13).
func load(lookup func(string) (string, bool)) (settings, error) {
	value := func(name, fallback string) string {
		if value, _ := lookup(name); value != "" {
			return value
		}
		return fallback
	}
	loaded := settings{volume: value("KUBELESS_INSTALL_VOLUME", "/kubeless")}
	loaded.manifest = value("KUBELESS_DEPS_FILE", loaded.volume+"/go.mod")
	handler := value("KUBELESS_FUNC_NAME", value("FUNC_HANDLER", ""))
	loaded.handler = handler[strings.LastIndex(handler, ".")+1:]
	if handler != "" && (!token.IsIdentifier(loaded.handler) || !token.IsExported(loaded.handler)) {
		return loaded, fmt.Errorf("handler `%s` is not the name of an exported function\n"+
			"hint: set KUBELESS_FUNC_NAME to the function's name, `Handler` for instance", handler)
	}
	return loaded, nil
}
