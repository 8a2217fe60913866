// A webhook with a signature over the raw body, which is what `event.Data` holds.

package kubeless

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"

	"github.com/kubeless/kubeless/pkg/functions"
)

// Receive accepts a payload that carries the right signature.
func Receive(event functions.Event, context functions.Context) (any, error) {
	digest := hmac.New(sha256.New, []byte(os.Getenv("WEBHOOK_SECRET")))
	digest.Write([]byte(event.Data))
	want := "sha256=" + hex.EncodeToString(digest.Sum(nil))
	if !hmac.Equal([]byte(want), []byte(event.Extensions.Request.Header.Get("X-Hub-Signature-256"))) {
		event.Extensions.Response.WriteHeader(http.StatusUnauthorized)
		return "wrong signature", nil
	}
	var payload struct{ Action string }
	if err := json.Unmarshal([]byte(event.Data), &payload); err != nil {
		return nil, err
	}
	return map[string]string{"accepted": payload.Action}, nil
}
