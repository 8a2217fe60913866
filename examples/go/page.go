// Markdown to HTML, with a third-party module.

package kubeless

import (
	"bytes"

	"github.com/kubeless/kubeless/pkg/functions"
	"github.com/yuin/goldmark"
)

// Render answers Markdown with the page that it describes.
func Render(event functions.Event, context functions.Context) (string, error) {
	var page bytes.Buffer
	if err := goldmark.Convert([]byte(event.Data), &page); err != nil {
		return "", err
	}
	event.Extensions.Response.Header().Set("Content-Type", "text/html; charset=utf-8")
	return page.String(), nil
}
