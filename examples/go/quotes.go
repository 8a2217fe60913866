// The best of several offers, asked for at the same time.

package kubeless

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kubeless/kubeless/pkg/functions"
)

type offer struct {
	Supplier string  `json:"supplier"`
	Item     string  `json:"item"`
	Price    float64 `json:"price"`
}

// suppliers stand for services that answer when they like.
var suppliers = map[string]struct {
	delay time.Duration
	price float64
}{
	"north": {10 * time.Millisecond, 12.5},
	"south": {20 * time.Millisecond, 11.9},
	"west":  {time.Hour, 1},
}

// Best takes the cheapest of the offers that come in time. What is still asked for then ends, at
// the latest with the call: its context is done at FUNC_TIMEOUT, or when the client has gone.
func Best(event functions.Event, _ functions.Context) (any, error) {
	var wanted struct{ Item string }
	if err := json.Unmarshal([]byte(event.Data), &wanted); err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(event.Extensions.Context, 500*time.Millisecond)
	defer cancel()
	offers := make(chan offer, len(suppliers))
	for name := range suppliers {
		go ask(limited, name, wanted.Item, offers)
	}
	var best *offer
	count := 0
	for count < len(suppliers) {
		select {
		case one := <-offers:
			count++
			if best == nil || one.Price < best.Price {
				best = &one
			}
			continue
		case <-limited.Done():
		}
		break
	}
	return map[string]any{"best": best, "offers": count, "late": len(suppliers) - count}, nil
}

func ask(limited context.Context, supplier, item string, offers chan<- offer) {
	select {
	case <-time.After(suppliers[supplier].delay):
		offers <- offer{supplier, item, suppliers[supplier].price}
	case <-limited.Done():
	}
}
