package worker

import (
	"errors"
	"strings"
	"testing"

	"github.com/kubeless/kubeless/pkg/functions"
)

func TestBind(t *testing.T) {
	type point struct{ X int }
	for _, one := range []struct {
		handler any
		want    any
	}{
		{func(functions.Event, functions.Context) (string, error) { return "a", nil }, "a"},
		{func(functions.Event, functions.Context) (any, error) { return 1, nil }, 1},
		{func(functions.Event, functions.Context) (point, error) { return point{1}, nil }, point{1}},
		{func(functions.Event, functions.Context) ([]byte, error) { return nil, nil }, nil},
	} {
		call, err := bind(one.handler)
		if err != nil {
			t.Fatal(err)
		}
		if value, err := call(functions.Event{}, functions.Context{}); value != one.want || err != nil {
			t.Errorf("%v, %v instead of %v", value, err, one.want)
		}
	}
	failing := func(functions.Event, functions.Context) (point, error) { return point{}, errors.New("no") }
	call, _ := bind(failing)
	if _, err := call(functions.Event{}, functions.Context{}); err == nil {
		t.Error("the error is lost")
	}
}

func TestUncallable(t *testing.T) { // LOAD-6
	var none func(functions.Event, functions.Context) (int, error)
	for _, handler := range []any{42, "x", func() {}, func(functions.Event) (string, error) { return "", nil }, none} {
		if _, err := bind(handler); err == nil {
			t.Errorf("%T was accepted", handler)
		}
	}
}

func TestCheck(t *testing.T) { // LOAD-1, LOAD-2
	function := Function{Name: "Handler", Names: []string{"Handler", "Other"}, Modules: []string{"hello"}}
	for _, one := range []struct{ module, handler, want string }{
		{"hello", "Handler", ""},
		{"hello", "hello.Handler", ""},
		{"missing", "Handler", "`missing`"},
		{"hello", "Absent", "found: `Handler`, `Other`"},
		{"hello", "Other", "KUBELESS_FUNC_NAME=Other"},
	} {
		err := function.check(one.module, one.handler)
		if (err == nil) != (one.want == "") || err != nil && !strings.Contains(err.Error(), one.want) {
			t.Errorf("%v: %v", one, err)
		}
	}
}
