import type { TemplateCase } from "../test/oracle/case";

/** Templates as they stand in real ExternalSecrets, with data of the usual size. */
export const REALISTIC: readonly (TemplateCase & { readonly name: string })[] = [
  {
    name: "docker config",
    template: `{"auths":{"{{ .registry | trim }}":{"username":{{ .username | toJson }},"password":{{ .password | toJson }},"email":"{{ .email | default "ops@example.com" }}","auth":"{{ printf "%s:%s" .username .password | b64enc }}"}}}`,
    data: { registry: "registry.example.com", username: "robot$ci", password: "s3cr<e>t&word-12345", email: "" },
  },
  {
    name: ".env, 30 keys",
    template: Array.from({ length: 30 }, (_, i) => `KEY_${i}={{ .key${i} | quote }}\n`).join(""),
    data: Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`key${i}`, `value "${i}" with = and $ ${"x".repeat(i)}`]),
    ),
  },
  {
    name: ".env by range",
    template: `{{ range $key, $value := . }}{{ $key | upper | replace "-" "_" }}={{ $value | squote }}\n{{ end }}`,
    data: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`key-${i}`, `value-${i}-${"y".repeat(i)}`])),
  },
  {
    name: "JDBC URL",
    template: `jdbc:postgresql://{{ .host }}:{{ .port | default "5432" }}/{{ .database }}?user={{ .user | urlquery }}&password={{ .password | urlquery }}{{ if eq .tls "true" }}&sslmode=verify-full{{ end }}`,
    data: { host: "db.prod.svc", port: "", database: "app", user: "app@prod", password: "p&ss w/ord?", tls: "true" },
  },
  {
    name: "kubeconfig",
    template: `apiVersion: v1
kind: Config
current-context: {{ .cluster }}
clusters:
  - name: {{ .cluster }}
    cluster:
      server: {{ .server | quote }}
      certificate-authority-data: {{ .ca | b64enc }}
contexts:
  - name: {{ .cluster }}
    context: { cluster: {{ .cluster }}, user: {{ .user }}{{ with .namespace }}, namespace: {{ . }}{{ end }} }
users:
  - name: {{ .user }}
    user:
      token: {{ .token | trim | quote }}
`,
    data: {
      cluster: "prod",
      server: "https://10.0.0.1:6443",
      user: "deployer",
      namespace: "payments",
      token: `${"eyJhbGciOiJSUzI1NiJ9.".repeat(20)}\n`,
      ca: `-----BEGIN CERTIFICATE-----\n${"MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n".repeat(24)}-----END CERTIFICATE-----\n`,
    },
  },
  {
    name: "TLS bundle",
    template: `{{ .cert | trim }}
{{ range $index, $part := splitList "-----END CERTIFICATE-----" .chain }}{{ if $part | trim }}{{ $part | trim }}
-----END CERTIFICATE-----
{{ end }}{{ end }}{{ .key | trim | nindent 0 }}
`,
    data: {
      cert: `-----BEGIN CERTIFICATE-----\n${"MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n".repeat(24)}-----END CERTIFICATE-----\n`,
      chain:
        `-----BEGIN CERTIFICATE-----\n${"MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n".repeat(24)}-----END CERTIFICATE-----\n`.repeat(
          2,
        ),
      key: `-----BEGIN PRIVATE KEY-----\n${"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB\n".repeat(26)}-----END PRIVATE KEY-----\n`,
    },
  },
  {
    name: "YAML of JSON",
    template: `{{ $config := .config | fromJson }}{{ range $name, $value := $config.services }}{{ $name }}: {{ $value.host }}:{{ $value.port }}\n{{ end }}{{ $config | toYaml }}`,
    data: {
      config: JSON.stringify({
        services: Object.fromEntries(
          Array.from({ length: 8 }, (_, i) => [
            `svc-${i}`,
            { host: `svc-${i}.prod`, port: 8000 + i, tags: ["a", "b"] },
          ]),
        ),
      }),
    },
  },
];

/** Templates that would take a renderer without bounds down; each has to end soon, as an error or cheaply. */
export const HOSTILE: readonly (TemplateCase & { readonly name: string })[] = [
  { name: "deep parentheses", template: `{{ ${"(".repeat(50_000)}1${")".repeat(50_000)} }}` },
  { name: "deep if", template: "{{if true}}".repeat(50_000) + "{{end}}".repeat(50_000) },
  { name: "huge range", template: "{{ range 9223372036854775807 }}{{ end }}" },
  { name: "nested ranges", template: "{{ range 1000 }}{{ range 1000 }}{{ range 1000 }}x{{ end }}{{ end }}{{ end }}" },
  { name: "until", template: "{{ until 2000000000 | len }}" },
  { name: "repeat of repeat", template: `{{ repeat 100000 (repeat 100000 "x") | len }}` },
  { name: "doubling", template: `{{ $x := "xxxxxxxx" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}` },
  { name: "printf width", template: `{{ range 1000 }}{{ printf "%999999d" 1 }}{{ end }}` },
  { name: "recursion", template: `{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}` },
  {
    name: "fork bomb",
    template: `{{ define "r" }}{{ template "r" . }}{{ template "r" . }}{{ end }}{{ template "r" . }}`,
  },
  { name: "backtracking", template: `{{ regexMatch "^(a+)+$" .a }}`, data: { a: `${"a".repeat(100_000)}b` } },
  {
    name: "nested quantifiers",
    template: `{{ regexMatch "((a{0,100}){0,100}){0,100}" .a }}`,
    data: { a: "a".repeat(1000) },
  },
  { name: "alternations", template: `{{ regexReplaceAll "(x+x+)+y" .a "z" }}`, data: { a: "x".repeat(50_000) } },
  {
    name: "YAML laughs",
    template: "{{ fromYaml .y | toJson | len }}",
    data: {
      y: [
        "a: &a [x,x,x,x,x,x,x,x,x]",
        ..."bcdefghi".split("").map((c, i) => `${c}: &${c} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(",")}]`),
      ].join("\n"),
    },
  },
  { name: "deep YAML", template: "{{ fromYaml .y | toJson | len }}", data: { y: "[".repeat(100_000) } },
  {
    name: "deep JSON",
    template: "{{ fromJson .j | toJson | len }}",
    data: { j: "[".repeat(100_000) + "]".repeat(100_000) },
  },
  { name: "long semver", template: `{{ semverCompare .c "1.2.3" }}`, data: { c: ">=1.0.0 || ".repeat(20_000) } },
  {
    name: "PEM without end",
    template: '{{ filterPEM "CERTIFICATE" .p }}',
    data: { p: "-----BEGIN CERTIFICATE-----\n".repeat(40_000) },
  },
  { name: "many variables", template: Array.from({ length: 20_000 }, (_, i) => `{{ $v${i} := ${i} }}`).join("") },
  { name: "wide concat", template: `{{ $l := list 1 2 3 4 }}{{ range 40 }}{{ $l = concat $l $l }}{{ end }}` },
  { name: "uniq of many", template: "{{ until 50000 | uniq | len }}" },
];

/** The same for paths. */
export const HOSTILE_QUERIES: readonly { readonly name: string; readonly json: string; readonly path: string }[] = [
  { name: "deep arrays", json: "[".repeat(200_000) + "]".repeat(200_000), path: "0.".repeat(1000) + "0" },
  { name: "wildcards", json: JSON.stringify({ ["a".repeat(5000)]: 1 }), path: `${"*a".repeat(40)}b` },
  { name: "nested multipaths", json: '{"a":1}', path: "{".repeat(20_000) },
  { name: "dig", json: "[".repeat(2000) + "1" + "]".repeat(2000), path: "@dig:x" },
  {
    name: "flatten of flatten",
    json: JSON.stringify(Array(2000).fill([[[[1]]]])),
    path: "@flatten|".repeat(500) + "0",
  },
  { name: "tostr of tostr", json: '"\\""', path: "@tostr|".repeat(60) + "@this" },
  {
    name: "query of queries",
    json: JSON.stringify(Array(2000).fill({ a: [{ b: 1 }] })),
    path: "#(a.#(b==2)#)#".repeat(20),
  },
];
