package worker

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"syscall"
	_ "time/tzdata" // IMAGE-16: an image may lack zones, or their old names

	"github.com/kubeless/kubeless/pkg/functions"

	"runtimes.invalid/protocol"
)

// Main serves a function until the supervisor ends it.
func Main(function Function) {
	if err := function.check(os.Getenv("MOD_NAME"), os.Getenv("FUNC_HANDLER")); err != nil {
		refuse(err)
	}
	call, err := bind(function.Handler)
	if err != nil {
		refuse(fmt.Errorf("handler `%s` can't be called: it %w", function.Name, err))
	}
	table, err := protocol.Map(protocol.TableDescriptor)
	if err != nil {
		refuse(errors.New("a function is served by its supervisor, and not started by hand"))
	}
	s := newServer(call, contextOf(os.Getenv), table)
	file := os.NewFile(protocol.ControlDescriptor, "control")
	if s.control, err = newControl(file, s); err != nil {
		refuse(err)
	}
	reserve(limitMemory(os.LookupEnv, os.ReadFile))
	if err := s.control.ready(); err != nil {
		refuse(err)
	}
	// Until here stderr went through the supervisor, which tells the cause of a failed start.
	_ = syscall.Dup3(protocol.StderrDescriptor, 2, 0)
	_ = s.http().Serve(s.control)
	os.Exit(0)
}

// contextOf is the context of all calls. The supervisor has checked the settings (LOAD-11).
func contextOf(lookup func(string) string) functions.Context {
	made := functions.Context{
		FunctionName: lookup("FUNC_HANDLER"), Timeout: lookup("FUNC_TIMEOUT"),
		Runtime: lookup("FUNC_RUNTIME"), MemoryLimit: lookup("FUNC_MEMORY_LIMIT"),
	}
	if made.Timeout == "" {
		made.Timeout = "180"
	}
	return made
}

// http is the server under the function: net/http's own. It serves `OPTIONS *` too (HTTP-25).
func (s *server) http() *http.Server {
	server := &http.Server{
		Handler:                      s,
		ConnContext:                  connContext,
		ConnState:                    connState,
		DisableGeneralOptionsHandler: true,
	}
	// LIMITS-3: from Go 1.27 on net/http accepts 500 fields, unless this field says otherwise.
	if most := reflect.ValueOf(server).Elem().FieldByName("MaxHeaderValueCount"); most.IsValid() {
		most.SetInt(1 << 16)
	}
	return server
}
