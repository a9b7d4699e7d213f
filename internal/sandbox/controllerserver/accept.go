package controllerserver

import (
	"mime"
	"strconv"
	"strings"
)

// format is the form of a document.
type format int

const (
	formatXML format = iota
	formatJSON
)

// The media types of the server's answers, without parameters.
const (
	mediaJSON = "application/json"
	mediaXML  = "application/xml"
	mediaText = "text/plain"
)

// negotiate decides on the form of the answer: JSON where the caller prefers it, else
// XML. It is false when the caller accepts nothing that there is and that counts.
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

// quality is how much an Accept header wants a media type, from 0 for not at all to 1.
// The most specific range that fits counts. No header wants everything.
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
