// Command oracle answers what Go gives: it renders templates and runs gjson queries, one JSON object a line in, one a line out.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		usage()
	}
	switch os.Args[1] {
	case "template":
		answer(func(line []byte) any { return renderLine(line) })
	case "query":
		answer(func(line []byte) any { return queryLine(line) })
	case "strings":
		answer(stringsLine)
	case "bench":
		answer(func(line []byte) any { return benchLine(line) })
	case "functions":
		for _, name := range functionNames() {
			fmt.Println(name)
		}
	default:
		usage()
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: oracle template|query|strings|bench|functions")
	os.Exit(2)
}

func answer(handle func([]byte) any) {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			if err := encoder.Encode(handle(line)); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			// The other side waits for each answer as often as for a batch.
			if in.Buffered() == 0 {
				out.Flush()
			}
		}
		if err != nil {
			out.Flush()
			return
		}
	}
}
