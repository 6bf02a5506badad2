// Command oracle answers what Go gives: it renders templates and runs gjson queries, one JSON object a line in, one a line out.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
)

func main() {
	if len(os.Args) != 2 {
		usage()
	}
	// A map that holds itself ends the process when it is printed; let it end soon.
	debug.SetMaxStack(64 << 20)
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
			// Each at once, so that a crash leaves the answers before it.
			out.Flush()
		}
		if err != nil {
			out.Flush()
			return
		}
	}
}
