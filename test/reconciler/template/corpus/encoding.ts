import type { TemplateCase } from "../../../oracle/case";

const dataB64 = { raw: "AP8Qw6kK", utf8: "w6l0w6k=" };
const all = (...templates: string[]): TemplateCase[] => templates.map((template) => ({ template, dataB64 }));

export const cases: readonly TemplateCase[] = [
  ...all(
    '{{ b64enc "hello" }} {{ b64enc "" }} {{ b64enc "a" }} {{ b64enc "ab" }} {{ b64enc .raw }} {{ b64enc .utf8 }}',
    "{{ b64enc 1 }}",
    "{{ b64enc nil }}",
    '{{ b64dec "aGVsbG8=" }}|{{ b64dec "" }}|{{ b64dec "YQ==" }}|{{ b64dec "YR==" }}',
    '{{ b64dec "AP8Qw6kK" }}',
    '{{ b64dec "YQ" }}|{{ b64dec "YQ=" }}|{{ b64dec "Y" }}|{{ b64dec "YQ==YQ==" }}|{{ b64dec "Y===" }}|{{ b64dec "=" }}|{{ b64dec "====" }}',
    '{{ b64dec "YWI-" }}|{{ b64dec "YWI_" }}|{{ b64dec "YW I=" }}|{{ b64dec "YWJj!" }}|{{ b64dec "é" }}|{{ b64dec "YWJjZGVmZ2hp*mts" }}',
    '{{ b64dec "YW\\nJj\\r\\n" }}|{{ b64dec "\\n\\n" }}|{{ b64dec "YQ=\\n=" }}|{{ b64dec "YQ=\\n" }}|{{ b64dec "YQ==\\n" }}|{{ b64dec "YQ\\n" }}|{{ b64dec "YQ=\\nA" }}|{{ b64dec "YQ==\\nA" }}',
    "{{ b64enc .raw | b64dec | b64enc }}",
    "{{ b64dec 1 }}",
    "{{ b64dec }}",
    '{{ b32enc "hello" }} {{ b32enc "" }} {{ b32enc "a" }} {{ b32enc "ab" }} {{ b32enc "abc" }} {{ b32enc "abcd" }} {{ b32enc .raw }}',
    "{{ b32enc 1 }}",
    '{{ b32dec "NBSWY3DP" }}|{{ b32dec "" }}|{{ b32dec "ME======" }}|{{ b32dec "MFRA====" }}|{{ b32dec "MFRGG===" }}|{{ b32dec "MFRGGZA=" }}',
    '{{ b32dec "nbswy3dp" }}|{{ b32dec "NBSWY3D" }}|{{ b32dec "ME" }}|{{ b32dec "ME=====" }}|{{ b32dec "MFR=====" }}|{{ b32dec "=" }}|{{ b32dec "ME======A" }}|{{ b32dec "ME==A===" }}|{{ b32dec "NBSWY3D1" }}|{{ b32dec "NBSW Y3DP" }}|{{ b32dec "ME==============" }}',
    '{{ b32dec "NBSW\\nY3DP\\r\\n" }}|{{ b32dec "NB\\nSWY3D" }}|{{ b32dec "\\n" }}',
    "{{ b32enc .raw | b32dec | b64enc }}",
    "{{ b32dec nil }}",
    '{{ hexdec "68656c6c6f" }}|{{ hexdec "" }}|{{ hexdec "4A4a" }}',
    '{{ hexdec "00ff10" | b64enc }}',
    '{{ hexdec "6" }}|{{ hexdec "686" }}|{{ hexdec "6g" }}|{{ hexdec "g6" }}|{{ hexdec "g" }}|{{ hexdec "68 65" }}|{{ hexdec "é" }}|{{ hexdec "\\n" }}|{{ hexdec "\\xff" }}|{{ hexdec "\\x80" }}|{{ hexdec "6\\x00" }}',
    "{{ hexdec 68 }}",
    '{{ sha1sum "" }} {{ sha1sum "hello" }} {{ sha1sum .raw }}',
    "{{ sha1sum 1 }}",
    '{{ sha256sum "" }} {{ sha256sum "hello" }} {{ sha256sum .raw }} {{ sha256sum .utf8 }}',
    "{{ sha256sum nil }}",
    '{{ sha512sum "" }} {{ sha512sum "hello" }} {{ sha512sum .raw }}',
    "{{ sha512sum }}",
    '{{ adler32sum "" }} {{ adler32sum "hello" }} {{ adler32sum .raw }} {{ repeat 6000 .raw | adler32sum }}',
    "{{ adler32sum 5 }}",
    "{{ range list sha1sum }}{{ end }}",
    '{{ list "a" "é" | join "," | sha1sum }} {{ sha256sum .utf8 | b64enc }} {{ sha512sum .utf8 | len }} {{ adler32sum .utf8 }}',
    '{{ "x" | sha1sum | sha256sum | sha512sum | adler32sum | typeOf }}',
  ),
];
