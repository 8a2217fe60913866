// Command peer holds the same functions for functions-framework-go.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"
	"github.com/GoogleCloudPlatform/functions-framework-go/functions"
)

func hello(writer http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(writer, "hello world")
}

func sleep(writer http.ResponseWriter, request *http.Request) {
	var parameters struct{ Seconds float64 }
	if err := json.NewDecoder(request.Body).Decode(&parameters); err != nil {
		http.Error(writer, "Bad Request", http.StatusBadRequest)
		return
	}
	time.Sleep(time.Duration(parameters.Seconds * float64(time.Second)))
	fmt.Fprint(writer, "slept")
}

func main() {
	functions.HTTP("hello", hello)
	functions.HTTP("sleep", sleep)
	if err := os.Setenv("FUNCTION_TARGET", os.Getenv("FUNCTION")); err != nil {
		log.Fatal(err)
	}
	log.Fatal(funcframework.Start("8080"))
}
