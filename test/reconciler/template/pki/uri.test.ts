import { normalUri } from "../../../../reconciler/template/pki/uri";

/** What Go's `url.Parse` and `URL.String` make of a URI; nothing where it refuses. */
const OF_GO: readonly (readonly [uri: string, text: string | undefined])[] = [
  ["", ""],
  ["*", "*"],
  ["spiffe://h/a?b=c", "spiffe://h/a?b=c"],
  ["HTTP://H/*", "http://H/*"],
  ["http://u:p%40@h:80/%7e/a%2Fb#f!", "http://u:p%40@h:80/%7e/a%2Fb#f!"],
  ["http://h/a b", "http://h/a%20b"],
  ["http://h/[x]|", "http://h/%5Bx%5D%7C"],
  ["http://h/#a b", "http://h/#a%20b"],
  ["http://h/#", "http://h/"],
  ["http://h?", "http://h?"],
  ["http://h/a??", "http://h/a??"],
  ["urn:a?", "urn:a?"],
  ["?", "?"],
  ["//h/p?", "//h/p?"],
  ["file:/x?", "file:/x?"],
  ["file:///x", "file:///x"],
  ["file://", "file:"],
  ["a%3Ab", "a%3Ab"],
  ["./a:b", "./a:b"],
  ["a:b/c", "a:b/c"],
  ["mailto:a@b", "mailto:a@b"],
  ["http://[::1%25e n]/", undefined],
  ["1:b", undefined],
  [":b", undefined],
  ["http://h:x/", undefined],
  ["http://h/%zz", undefined],
];

test.each(OF_GO)("the URI %j of a certificate is written as %j", (uri, text) => {
  expect(normalUri(uri)?.text).toBe(text);
});
