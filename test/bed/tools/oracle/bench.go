package main

import (
	"bytes"
	"encoding/json"
	"time"
)

// benchLine renders one template often, as ESO would with a template kept, and says how long one parse and one render took.
func benchLine(line []byte) rendered {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return rendered{Error: &failure{"request", err.Error()}}
	}
	data, err := r.data()
	if err != nil {
		return rendered{Error: &failure{"request", err.Error()}}
	}
	count := max(r.Count, 1)
	start := time.Now()
	for range count {
		if _, err := r.parse(); err != nil {
			return rendered{Error: &failure{"parse", err.Error()}}
		}
	}
	parse := time.Since(start)
	t, _ := r.parse()
	var out bytes.Buffer
	start = time.Now()
	for range count {
		out.Reset()
		if err := t.Execute(&out, data); err != nil {
			return rendered{Error: &failure{"exec", err.Error()}}
		}
	}
	render := time.Since(start)
	text := out.String()
	return rendered{Out: &text, ParseNs: parse.Nanoseconds() / int64(count), RenderNs: render.Nanoseconds() / int64(count)}
}
