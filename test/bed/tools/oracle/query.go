package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

type query struct {
	JSON    string `json:"json"`
	JSONB64 string `json:"jsonB64"`
	Path    string `json:"path"`
	PathB64 string `json:"pathB64"`
}

type found struct {
	Exists bool   `json:"exists"`
	Type   string `json:"type"`
	Raw    string `json:"raw"`
	Str    string `json:"str"`
	// Set instead of raw and str when the bytes are not UTF-8.
	RawB64 string   `json:"rawB64,omitempty"`
	StrB64 string   `json:"strB64,omitempty"`
	Error  *failure `json:"error,omitempty"`
}

func decoded(text, encoded string) (string, error) {
	if encoded == "" {
		return text, nil
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	return string(raw), err
}

func queryLine(line []byte) (result found) {
	defer func() {
		if p := recover(); p != nil {
			result = found{Error: &failure{"panic", fmt.Sprint(p)}}
		}
	}()
	var q query
	if err := json.Unmarshal(line, &q); err != nil {
		return found{Error: &failure{"request", err.Error()}}
	}
	text, err := decoded(q.JSON, q.JSONB64)
	if err != nil {
		return found{Error: &failure{"request", err.Error()}}
	}
	path, err := decoded(q.Path, q.PathB64)
	if err != nil {
		return found{Error: &failure{"request", err.Error()}}
	}
	r := gjson.Get(text, path)
	result = found{Exists: r.Exists(), Type: r.Type.String(), Raw: r.Raw, Str: r.String()}
	if !utf8.ValidString(result.Raw) || !utf8.ValidString(result.Str) {
		result.RawB64 = base64.StdEncoding.EncodeToString([]byte(result.Raw))
		result.StrB64 = base64.StdEncoding.EncodeToString([]byte(result.Str))
		result.Raw, result.Str = "", ""
	}
	return result
}
