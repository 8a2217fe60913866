// A report, streamed: each line reaches the client as soon as it is there.

package kubeless

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/kubeless/kubeless/pkg/functions"
)

// Export writes the squares of the first numbers as CSV.
func Export(event functions.Event, context functions.Context) (string, error) {
	var wanted struct{ Rows int }
	if err := json.Unmarshal([]byte(event.Data), &wanted); err != nil {
		return "", err
	}
	response := event.Extensions.Response
	response.Header().Set("Content-Type", "text/csv")
	writer := csv.NewWriter(response)
	writer.UseCRLF = true
	if err := writer.Write([]string{"number", "square"}); err != nil {
		return "", err
	}
	for number := 1; number <= wanted.Rows; number++ {
		if err := writer.Write([]string{strconv.Itoa(number), strconv.Itoa(number * number)}); err != nil {
			return "", err
		}
		writer.Flush()
		response.(http.Flusher).Flush()
	}
	return "", writer.Error()
}
