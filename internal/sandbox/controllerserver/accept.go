package controllerserver

import (
	"mime"
	"strconv"
	"strings"
)

// format is the format of a document.
type format int

const (
	formatXML format = iota
	formatJSON
)

// The media types of the server's responses, without parameters.
const (
	mediaJSON = "application/json"
	mediaXML  = "application/xml"
	mediaText = "text/plain"
)

// negotiate chooses the format of the response: JSON if the client prefers it, else XML. It returns
// false when the client accepts none of the available formats and the switches make that count.
func (c *call) negotiate(text bool) bool {
	accept := strings.Join(c.r.Header.Values("Accept"), ",")
	lenient := c.options.Switches.Accept == AcceptLenient
	if text {
		return lenient || quality(accept, mediaText) > 0
	}
	wantJSON, wantXML := quality(accept, mediaJSON), quality(accept, mediaXML)
	if wantJSON > wantXML {
		c.format = formatJSON
	}
	return lenient || max(wantJSON, wantXML) > 0
}

// quality returns how much an Accept header prefers a media type, from 0 for not at all to 1. The
// most specific range that matches counts. A missing header accepts everything.
func quality(accept, media string) float64 {
	if strings.TrimSpace(accept) == "" {
		return 1
	}
	kind, _, _ := strings.Cut(media, "/")
	specific := map[string]int{"*/*": 1, kind + "/*": 2, media: 3}
	best, found := 0.0, 0
	for part := range strings.SplitSeq(accept, ",") {
		named, params, err := mime.ParseMediaType(part)
		if err != nil || specific[named] <= found {
			continue
		}
		best, found = 1, specific[named]
		if q, given := params["q"]; given {
			best, _ = strconv.ParseFloat(q, 64)
		}
	}
	return best
}
