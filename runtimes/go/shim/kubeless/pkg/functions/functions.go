// Package functions holds the types of a function's parameters, as the archived package of the
// same import path declared them: functions written for it compile unchanged.
package functions

import (
	"context"
	"net/http"
)

// Extension is the native request and the writer of its answer, and a context that ends at the
// deadline of the call or when the client has gone.
type Extension struct {
	Request  *http.Request
	Response http.ResponseWriter
	Context  context.Context
}

// Event is what the function is called with. A field whose header is missing is empty.
type Event struct {
	Data           string
	EventID        string
	EventType      string
	EventTime      string
	EventNamespace string
	Extensions     Extension
}

// Context is the function's environment, as the settings give it.
type Context struct {
	FunctionName string
	Timeout      string
	Runtime      string
	MemoryLimit  string
}
