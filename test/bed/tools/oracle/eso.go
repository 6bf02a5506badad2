package main

import (
	"encoding/hex"
	"strings"
	"text/template"

	"sigs.k8s.io/yaml"
)

// ESO's functions beyond sprig that need no key or certificate, and where its sprig is another than 3.3.0.
var esoFuncs = template.FuncMap{
	"toYaml": func(value any) string {
		out, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(out), "\n")
	},
	"fromYaml": func(text string) map[string]any {
		out := map[string]any{}
		if err := yaml.Unmarshal([]byte(text), &out); err != nil {
			out["Error"] = err.Error()
		}
		return out
	},
	"hexdec": func(text string) string {
		out, err := hex.DecodeString(text)
		if err != nil {
			return err.Error()
		}
		return string(out)
	},
}
