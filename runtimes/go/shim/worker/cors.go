package worker

import "net/http"

const allowedOrigin = "Access-Control-Allow-Origin"

// preflight answers a CORS preflight without a call (RESPONSE-13); false if it is none.
func preflight(writer http.ResponseWriter, request *http.Request) bool {
	if request.Method != http.MethodOptions ||
		request.Header.Get("Access-Control-Request-Method") == "" || request.Header.Get("Origin") == "" {
		return false
	}
	header := writer.Header()
	header.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
	if asked := request.Header.Get("Access-Control-Request-Headers"); asked != "" {
		header.Set("Access-Control-Allow-Headers", asked)
		header.Set("Vary", "Access-Control-Request-Headers")
	}
	writer.WriteHeader(http.StatusNoContent)
	return true
}
