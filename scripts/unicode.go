// Writes the Unicode tables of this Go version as a TypeScript file:
//
//	go run scripts/unicode.go > reconciler/template/go/unicode/tables.ts
package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

func main() {
	fmt.Printf("// Made by `go run scripts/unicode.go`. Do not edit.\n")
	fmt.Printf("// Unicode %s, as Go's package unicode holds it.\n\n", unicode.Version)
	fmt.Printf("/**\n * Each property is a list of numbers in base 36: first code point less the end of the range before, then the length less one,\n")
	fmt.Printf(" * then `:` and the stride if that is not 1.\n */\n")
	fmt.Printf("export const PROPERTIES = {\n")
	property("print", func(r rune) bool { return unicode.IsPrint(r) })
	property("letter", unicode.IsLetter)
	property("upper", unicode.IsUpper)
	property("lower", unicode.IsLower)
	property("title", unicode.IsTitle)
	property("digit", unicode.IsDigit)
	property("number", unicode.IsNumber)
	property("punct", unicode.IsPunct)
	fmt.Printf("} as const;\n\n")
	fmt.Printf("/** Ranges as above, of code points whose simple mapping differs from themselves by the distance after `@`. */\n")
	fmt.Printf("export const MAPPINGS = {\n")
	mapping("upper", unicode.ToUpper)
	mapping("lower", unicode.ToLower)
	mapping("title", unicode.ToTitle)
	fmt.Printf("} as const;\n")
}

type span struct{ low, high, stride, tag rune }

func property(name string, has func(rune) bool) {
	write(name, func(r rune) (rune, bool) { return 0, has(r) })
}

func mapping(name string, to func(rune) rune) {
	write(name, func(r rune) (rune, bool) { d := to(r) - r; return d, d != 0 })
}

// write joins members of the same tag that are one or two apart.
func write(name string, member func(rune) (rune, bool)) {
	var spans []span
	for r := rune(0); r <= unicode.MaxRune; r++ {
		tag, ok := member(r)
		if !ok {
			continue
		}
		if n := len(spans); n > 0 && spans[n-1].tag == tag {
			last := &spans[n-1]
			step := r - last.high
			if step <= 2 && (last.low == last.high || last.stride == step) {
				last.high, last.stride = r, step
				continue
			}
		}
		spans = append(spans, span{r, r, 1, tag})
	}
	var parts []string
	end := rune(0)
	for _, s := range spans {
		text := base36(s.low-end) + " " + base36(s.high-s.low)
		if s.stride != 1 {
			text += ":" + base36(s.stride)
		}
		if s.tag != 0 {
			text += "@" + base36(s.tag)
		}
		parts = append(parts, text)
		end = s.high
	}
	fmt.Printf("  %s:\n    %q,\n", name, strings.Join(parts, ","))
}

func base36(n rune) string { return strconv.FormatInt(int64(n), 36) }
