// Package launch reads runtime.json, the file in which an image says how its workers are started.
package launch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Runtime is the content of runtime.json.
type Runtime struct {
	Command     []string            `json:"command"`     // program and arguments; ${NAME} is a setting
	Kind        string              `json:"kind"`        // one: a process executes one call at a time; many
	Path        string              `json:"path"`        // connection: a worker is handed connections; request
	Template    bool                `json:"template"`    // workers are forked from a process that has loaded
	MostCalls   int                 `json:"most_calls"`  // that a worker can execute at the same time; 0: any
	Missing     string              `json:"missing"`     // hint if the program does not exist
	Environment map[string]Variable `json:"environment"` // added to that of the container
	Options     []Option            `json:"options"`     // added behind the program
}

// Variable is set unless one of the variables `Unless` has a value.
type Variable struct {
	Value  string   `json:"value"`
	Unless []string `json:"unless"`
}

// Option is a list of arguments that are added unless a variable contains a text.
type Option struct {
	Arguments []string `json:"arguments"`
	Unless    []string `json:"unless"`
	Contain   string   `json:"contain"`
}

// Load reads the file. The error names what is wrong in it.
func Load(path string) (Runtime, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Runtime{}, fmt.Errorf("the description of the runtime can't be read: %w", err)
	}
	loaded := Runtime{}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&loaded); err != nil {
		return loaded, fmt.Errorf("`%s` is malformed: %w", path, err)
	}
	switch {
	case len(loaded.Command) == 0:
		err = fmt.Errorf("`%s` has no `command`", path)
	case loaded.Kind != "one" && loaded.Kind != "many":
		err = fmt.Errorf("`kind` in `%s` is `%s`, not one of one, many", path, loaded.Kind)
	case loaded.Path != "connection" && loaded.Path != "request":
		err = fmt.Errorf("`path` in `%s` is `%s`, not one of connection, request", path, loaded.Path)
	case loaded.Path == "request" && loaded.Template:
		err = fmt.Errorf("`template` in `%s` needs `path` connection, not `request`", path)
	case loaded.MostCalls < 0:
		err = fmt.Errorf("`most_calls` in `%s` is `%d`, less than 0", path, loaded.MostCalls)
	case loaded.Template && loaded.Kind != "one":
		err = fmt.Errorf("`template` in `%s` needs `kind` one, not `%s`", path, loaded.Kind)
	}
	return loaded, err
}

// address are the names that a command of path `request` has in place of the address that its server has
// to listen on. The relay knows it.
var address = []string{"WORKER_SOCKET", "WORKER_PORT"}

// Arguments are the program and its arguments. `setting` gives the value of a setting.
func (r Runtime) Arguments(setting, environment func(string) string) []string {
	expand := func(text string) string {
		return os.Expand(text, func(name string) string {
			if r.Path == "request" && slices.Contains(address, name) {
				return "${" + name + "}"
			}
			return setting(name)
		})
	}
	made := []string{expand(r.Command[0])}
	for _, option := range r.Options {
		values := ""
		for _, name := range option.Unless {
			values += environment(name) + "\n"
		}
		if !strings.Contains(values, option.Contain) {
			made = append(made, option.Arguments...)
		}
	}
	for _, argument := range r.Command[1:] {
		made = append(made, expand(argument))
	}
	return made
}

// Variables is the environment of a worker: the container's (LOAD-10) and what is added to it, which
// replaces a variable of the same name, because most programs would read the first of two.
func (r Runtime) Variables(container []string, environment func(string) string) []string {
	added := map[string]bool{}
	made := []string{}
	for name, variable := range r.Environment {
		given := ""
		for _, other := range variable.Unless {
			given += environment(other)
		}
		if given == "" {
			added[name] = true
			made = append(made, name+"="+variable.Value)
		}
	}
	for _, entry := range container {
		if name, _, _ := strings.Cut(entry, "="); !added[name] {
			made = append(made, entry)
		}
	}
	return made
}

// Check tells whether the program is there. The error lists what is there instead (LOAD-1).
func (r Runtime) Check(program, module, volume string) error {
	if _, err := os.Stat(program); err == nil {
		return nil
	}
	found := []string{}
	entries, _ := os.ReadDir(volume)
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	hint := ""
	if r.Missing != "" {
		hint = "\nhint: " + r.Missing
	}
	return fmt.Errorf("module `%s` can't be started: `%s` does not exist; found in `%s`: %s%s",
		module, program, volume, strings.Join(found, ", "), hint)
}
