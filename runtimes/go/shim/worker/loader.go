// Package worker is the part of the shim that is compiled together with a function: it serves the
// connections that the supervisor hands over.
package worker

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/kubeless/kubeless/pkg/functions"
)

// Function is what has been compiled: the generated main fills it in.
type Function struct {
	Handler any      // the function itself
	Name    string   // its name
	Names   []string // all exported functions of the package
	Modules []string // its files, without extension
}

// call executes the function.
type call func(functions.Event, functions.Context) (any, error)

// check compares MOD_NAME and FUNC_HANDLER with what has been compiled.
func (f Function) check(module, handler string) error {
	if !slices.Contains(f.Modules, module) { // LOAD-1
		return fmt.Errorf("module `%s` of MOD_NAME does not exist; found: %s\nhint: MOD_NAME is a "+
			"file of the function without `.go`", module, list(f.Modules))
	}
	name := handler[strings.LastIndex(handler, ".")+1:]
	if name == f.Name {
		return nil
	}
	if slices.Contains(f.Names, name) {
		return fmt.Errorf("handler `%s` of FUNC_HANDLER has not been compiled, but `%s`\nhint: run "+
			"the compilation phase with KUBELESS_FUNC_NAME=%s", name, f.Name, name)
	}
	return fmt.Errorf("handler `%s` of FUNC_HANDLER does not exist; found: %s\nhint: a handler is "+
		"an exported function of the package `kubeless`", name, list(f.Names)) // LOAD-2
}

func list(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

// bind makes a call of the handler, whose second result is an error and whose first is anything.
func bind(handler any) (call, error) {
	switch handler := handler.(type) {
	case func(functions.Event, functions.Context) (string, error):
		return func(event functions.Event, context functions.Context) (any, error) {
			return handler(event, context)
		}, nil
	case func(functions.Event, functions.Context) ([]byte, error):
		return func(event functions.Event, context functions.Context) (any, error) {
			value, err := handler(event, context)
			if value == nil {
				return nil, err
			}
			return value, err
		}, nil
	case func(functions.Event, functions.Context) (any, error):
		return handler, nil
	}
	return reflected(handler)
}

// want is a type that a handler may have; T stands for any type.
type want = func(functions.Event, functions.Context) (any, error)

func reflected(handler any) (call, error) {
	value, model := reflect.ValueOf(handler), reflect.TypeOf(want(nil))
	kind := value.Type()
	fits := kind.Kind() == reflect.Func && kind.NumIn() == 2 && kind.NumOut() == 2 &&
		kind.In(0) == model.In(0) && kind.In(1) == model.In(1) && kind.Out(1) == model.Out(1)
	if !fits || value.IsNil() { // LOAD-6
		return nil, fmt.Errorf("has the type `%s`, not `func(functions.Event, functions.Context) "+
			"(string, error)`\nhint: the first result may have another type than string", kind)
	}
	return func(event functions.Event, context functions.Context) (any, error) {
		results := value.Call([]reflect.Value{reflect.ValueOf(event), reflect.ValueOf(context)})
		err, _ := results[1].Interface().(error)
		return results[0].Interface(), err
	}, nil
}

// refuse ends a worker that can't serve; the supervisor passes the message on.
func refuse(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
