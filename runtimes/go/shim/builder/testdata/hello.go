package kubeless

import "github.com/kubeless/kubeless/pkg/functions"

// Handler greets.
func Handler(event functions.Event, context functions.Context) (string, error) {
	return "hello world", nil
}
