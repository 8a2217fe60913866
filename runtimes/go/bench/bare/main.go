// Command bare is net/http with the access log and the metrics that our images have. It calls the
// function in the server itself. FUNCTION names it: `hello` or `sleep`.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

var functions = map[string]http.HandlerFunc{
	"hello": func(writer http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(writer, "hello world")
	},
	"sleep": func(writer http.ResponseWriter, request *http.Request) {
		var parameters struct{ Seconds float64 }
		if err := json.NewDecoder(request.Body).Decode(&parameters); err != nil {
			http.Error(writer, "Bad Request", http.StatusBadRequest)
			return
		}
		time.Sleep(time.Duration(parameters.Seconds * float64(time.Second)))
		fmt.Fprint(writer, "slept")
	},
}

var (
	duration = promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "function_duration_seconds",
		Help:    "Duration",
		Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
	}, []string{"method"})
	calls    = promauto.NewCounterVec(prometheus.CounterOpts{Name: "function_calls_total", Help: "Calls"}, []string{"method"})
	failures = promauto.NewCounterVec(prometheus.CounterOpts{Name: "function_failures_total", Help: "Failures"}, []string{"method"})
	inFlight = promauto.NewGauge(prometheus.GaugeOpts{Name: "function_in_flight", Help: "Calls in flight"})
)

// recorder remembers the status and the size of an answer for the access log.
type recorder struct {
	http.ResponseWriter
	status, size int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(data []byte) (int, error) {
	r.size += len(data)
	return r.ResponseWriter.Write(data)
}

func observed(function http.HandlerFunc) http.HandlerFunc {
	return func(writer http.ResponseWriter, request *http.Request) {
		start := time.Now()
		inFlight.Inc()
		calls.WithLabelValues(request.Method).Inc()
		answer := &recorder{ResponseWriter: writer, status: http.StatusOK}
		function(answer, request)
		if answer.status >= http.StatusInternalServerError {
			failures.WithLabelValues(request.Method).Inc()
		}
		duration.WithLabelValues(request.Method).Observe(time.Since(start).Seconds())
		inFlight.Dec()
		address, _, _ := net.SplitHostPort(request.RemoteAddr)
		fmt.Fprintf(os.Stdout, "%s - - [%s] \"%s %s %s\" %d %d \"%s\" \"%s\"\n",
			address, start.Format("02/Jan/2006:15:04:05 -0700"), request.Method, request.RequestURI,
			request.Proto, answer.status, answer.size, request.Referer(), request.UserAgent())
	}
}

func main() {
	http.HandleFunc("/healthz", func(writer http.ResponseWriter, _ *http.Request) { fmt.Fprint(writer, "OK") })
	http.Handle("/metrics", promhttp.Handler())
	http.HandleFunc("/", observed(functions[os.Getenv("FUNCTION")]))
	log.Fatal(http.ListenAndServe(":8080", nil))
}
