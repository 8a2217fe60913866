// Short links: the status and the headers of an answer.

package kubeless

import (
	"encoding/json"
	"net/http"
	"os"
	"sort"
	"strings"

	"github.com/kubeless/kubeless/pkg/functions"
)

// links are read once: what a package holds lives on from call to call.
var links = map[string]string{}

func init() {
	if text := os.Getenv("LINKS"); text != "" {
		if err := json.Unmarshal([]byte(text), &links); err != nil {
			panic("LINKS is not a JSON object: " + err.Error())
		}
	}
}

// Redirect sends the client to the address behind a short name.
func Redirect(event functions.Event, context functions.Context) (any, error) {
	response := event.Extensions.Response
	name := strings.TrimPrefix(event.Extensions.Request.URL.Path, "/")
	if target, found := links[name]; found {
		response.Header().Set("Location", target)
		response.WriteHeader(http.StatusFound)
		return nil, nil
	}
	known := []string{}
	for name := range links {
		known = append(known, name)
	}
	sort.Strings(known)
	response.Header().Set("Content-Type", "application/json")
	response.WriteHeader(http.StatusNotFound)
	return map[string]any{"known": known}, nil
}
