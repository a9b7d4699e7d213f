package hostileserver

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// MaxAnswer is how many bytes of a response a client should read at most.
const MaxAnswer = 64 << 20

// Members returns n members of a JSON object, each preceded by a comma.
func Members(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, `,"m%d":0`, i)
	}

	return text.String()
}

// writeBlock is how many bytes are written at once.
const writeBlock = 256 << 10

// Large is a large body: Head, then as many Rows as fit, then Tail.
type Large struct {
	Head, Row, Tail string
	// Separator is written between two rows.
	Separator string
	// Size is the largest size in bytes; 0 means MaxAnswer.
	Size int
	// Rows is the largest number of rows; 0 means as many as fit.
	Rows int
}

// WriteTo writes the document. It replaces each # in Row with the number of the row, from 1.
func (d Large) WriteTo(w io.Writer) (int64, error) {
	out := bufio.NewWriterSize(w, writeBlock)
	size := d.Size
	if size == 0 {
		size = MaxAnswer
	}

	before, after, numbered := strings.Cut(d.Row, "#")
	room := size - len(d.Head) - len(d.Tail)
	number := make([]byte, 0, 20)

	n, err := out.WriteString(d.Head)
	total := int64(n)

	for row := 1; err == nil && (d.Rows == 0 || row <= d.Rows); row++ {
		number = number[:0]
		if numbered {
			number = strconv.AppendInt(number, int64(row), 10)
		}
		length := len(before) + len(number) + len(after)
		if row > 1 {
			length += len(d.Separator)
		}
		if room -= length; room < 0 {
			break
		}
		if row > 1 {
			_, _ = out.WriteString(d.Separator)
		}
		_, _ = out.WriteString(before)
		_, _ = out.Write(number)
		_, err = out.WriteString(after)
		total += int64(length)
	}
	if err != nil {
		return total, err
	}

	n, _ = out.WriteString(d.Tail)

	return total + int64(n), out.Flush()
}
