package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"text/template"
	"unicode/utf8"

	"github.com/Masterminds/sprig/v3"
)

type request struct {
	// TemplateB64 is for templates that are not UTF-8.
	Template    string            `json:"template"`
	TemplateB64 string            `json:"templateB64"`
	Data        map[string]string `json:"data"`
	DataB64     map[string]string `json:"dataB64"`
	Delims      []string          `json:"delims"`
	// Count is used by bench: how often to render after the first time.
	Count int `json:"count"`
}

type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type rendered struct {
	Out    *string  `json:"out,omitempty"`
	OutB64 *string  `json:"outB64,omitempty"`
	Error  *failure `json:"error,omitempty"`
	// Nanoseconds a parse and a render took; of bench only.
	ParseNs  int64 `json:"parseNs,omitempty"`
	RenderNs int64 `json:"renderNs,omitempty"`
}

// What ESO lets a template call: sprig without the functions that look at the machine, and its own.
var functions = func() template.FuncMap {
	all := template.FuncMap(sprig.TxtFuncMap())
	delete(all, "env")
	delete(all, "expandenv")
	delete(all, "getHostByName")
	maps.Copy(all, esoFuncs)
	maps.Copy(all, esoPkiFuncs)
	return all
}()

func functionNames() []string {
	return slices.Sorted(maps.Keys(functions))
}

func (r request) data() (map[string]string, error) {
	data := map[string]string{}
	maps.Copy(data, r.Data)
	for key, value := range r.DataB64 {
		raw, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return nil, err
		}
		data[key] = string(raw)
	}
	return data, nil
}

func (r request) parse() (*template.Template, error) {
	text := r.Template
	if r.TemplateB64 != "" {
		raw, err := base64.StdEncoding.DecodeString(r.TemplateB64)
		if err != nil {
			return nil, err
		}
		text = string(raw)
	}
	t := template.New("t").Option("missingkey=error").Funcs(functions)
	if len(r.Delims) == 2 {
		t = t.Delims(r.Delims[0], r.Delims[1])
	}
	return t.Parse(text)
}

func renderLine(line []byte) (result rendered) {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return rendered{Error: &failure{"request", err.Error()}}
	}
	data, err := r.data()
	if err != nil {
		return rendered{Error: &failure{"request", err.Error()}}
	}
	// A panic that text/template does not catch (while parsing, or in a method) is the caller's crash in ESO.
	code := "parse"
	defer func() {
		if p := recover(); p != nil {
			result = rendered{Error: &failure{code, fmt.Sprint("panic: ", p)}}
		}
	}()
	t, err := r.parse()
	if err != nil {
		return rendered{Error: &failure{code, err.Error()}}
	}
	code = "exec"
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return rendered{Error: &failure{code, err.Error()}}
	}
	if !utf8.Valid(out.Bytes()) {
		encoded := base64.StdEncoding.EncodeToString(out.Bytes())
		return rendered{OutB64: &encoded}
	}
	text := out.String()
	return rendered{Out: &text}
}
