package main

import (
	"encoding/base64"
	"encoding/json"

	"sigs.k8s.io/yaml"
)

// stringsLine reads YAML into a map of strings, as ESO does with literals and with templates of keys and values.
func stringsLine(line []byte) any {
	var r struct {
		YAMLB64 string `json:"yamlB64"`
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return map[string]any{"error": err.Error()}
	}
	raw, err := base64.StdEncoding.DecodeString(r.YAMLB64)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	values := map[string]string{}
	if err := yaml.Unmarshal(raw, &values); err != nil {
		return map[string]any{"error": err.Error()}
	}
	encoded := map[string]string{}
	for key, value := range values {
		encoded[base64.StdEncoding.EncodeToString([]byte(key))] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	return map[string]any{"values": encoded}
}
