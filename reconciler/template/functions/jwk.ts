import type { Value } from "../go/value";
import { parsePrivateJwk, parsePublicJwk } from "../pki/jwk";
import { encodePem } from "../pki/pem";
import { pkcs8Pem } from "../pki/private-key";
import { pkixDer } from "../pki/public-key";
import type { GoFunction } from "./function";

const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

export const jwkFunctions: readonly GoFunction[] = [
  {
    name: "jwkPublicKeyPem",
    signature: "func(jwkjson string) (string, error)",
    doc: "A public JSON Web Key (RSA, EC or Ed25519) as PEM.",
    example: [
      '{{ jwkPublicKeyPem `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}` }}',
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n",
    ],
    call: ([jwk]) => encodePem("PUBLIC KEY", pkixDer(parsePublicJwk(text(jwk)))),
  },
  {
    name: "jwkPrivateKeyPem",
    signature: "func(jwkjson string) (string, error)",
    doc: "A private JSON Web Key (RSA, EC or Ed25519) as PKCS#8 PEM.",
    call: ([jwk]) => pkcs8Pem(parsePrivateJwk(text(jwk))),
  },
];
