package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// thousands writes a number with commas: "50,000".
func thousands(n int) string {
	text := strconv.Itoa(n)

	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}

	return text
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func kibibytes(n int64) string { return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10)) }

// mebibytes writes a dash for 0, which is not known.
func mebibytes(n int64) string {
	if n == 0 {
		return "–"
	}

	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// ratio writes how many times one is of another; "–" of nothing.
func ratio(of, to float64) string {
	if to == 0 {
		return "–"
	}

	return fmt.Sprintf("%.1f", of/to)
}

// table writes a table in Markdown. The columns from the given one on are numbers.
func table(text *strings.Builder, numbersFrom int, rows [][]string) {
	for i, row := range rows {
		fmt.Fprintf(text, "| %s |\n", strings.Join(row, " | "))

		if i > 0 {
			continue
		}

		for column := range row {
			if column < numbersFrom {
				text.WriteString("| --- ")
			} else {
				text.WriteString("| ---: ")
			}
		}

		text.WriteString("|\n")
	}
}
