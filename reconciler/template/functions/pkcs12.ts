import { toBuffer } from "../go/bytes";
import type { Value } from "../go/value";
import { certificatesPem, parseCertificate, type Certificate } from "../pki/certificate";
import { orderChain } from "../pki/chain";
import { decodePem, type PemBlock } from "../pki/pem";
import { readKeyStore, type KeyStore } from "../pki/pkcs12/read";
import { writeKeyStore, writeTrustStore, type Means } from "../pki/pkcs12/write";
import { parsePrivateKey, pkcs8Pem } from "../pki/private-key";
import type { Spend } from "../pki/pkcs12/derive";
import { FunctionError, type GoFunction, type Render } from "./function";

/** So that a render has four million iterations, some seconds, which is enough for stores of a million each. */
const ITERATIONS_PER_STEP = 4;

const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

const spender =
  (render: Render): Spend =>
  (iterations) =>
    render.step(Math.ceil(iterations / ITERATIONS_PER_STEP));

const read = (pass: string, input: string, render: Render): KeyStore =>
  readKeyStore(toBuffer(input), pass, spender(render));

const keyOf = (pass: string, input: string, render: Render): string => pkcs8Pem(read(pass, input, render).key);

/** In the order of signing if they are one chain, else in that of the store. */
function certificatesOf(pass: string, input: string, render: Render): string {
  const { certificates } = read(pass, input, render);
  try {
    return certificatesPem(orderChain(certificates));
  } catch (error) {
    if (error instanceof FunctionError) return certificatesPem(certificates);
    throw error;
  }
}

function means(render: Render): Means {
  return { random: (size) => Buffer.from(render.random(size)), spend: spender(render) };
}

function blockOf(pem: string): { readonly block: PemBlock; readonly rest: string } {
  const { block, rest } = decodePem(pem);
  if (block === undefined) throw new FunctionError("is not PEM");
  return { block, rest };
}

/** To the last byte: even a newline after the last block is an error, because ESO wants another block there. */
function allCertificates(pem: string): Certificate[] {
  const out: Certificate[] = [];
  for (let left = pem; left !== "";) {
    const { block, rest } = blockOf(left);
    out.push(parseCertificate(block.bytes));
    left = rest;
  }
  return out;
}

function keyStore(scope: "first" | "full", cert: string, key: string, pass: string, render: Render): string {
  const { block, rest } = blockOf(cert);
  const leaf = parseCertificate(block.bytes);
  const others = scope === "full" ? allCertificates(rest) : [];
  const privateKey = parsePrivateKey(blockOf(key).block.bytes);
  return writeKeyStore(privateKey, leaf, others, pass, means(render)).toString("base64");
}

const trustStore = (certs: string, pass: string, render: Render): string =>
  writeTrustStore(allCertificates(certs), pass, means(render)).toString("base64");

export const pkcs12Functions: readonly GoFunction[] = [
  {
    name: "pkcs12key",
    signature: "func(input string) (string, error)",
    doc: "The private key of a PKCS#12 store without a password, as PKCS#8 PEM.",
    call: ([input], render) => keyOf("", text(input), render),
  },
  {
    name: "pkcs12keyPass",
    signature: "func(pass string, input string) (string, error)",
    doc: "The private key of a PKCS#12 store, as PKCS#8 PEM.",
    call: ([pass, input], render) => keyOf(text(pass), text(input), render),
  },
  {
    name: "pkcs12cert",
    signature: "func(input string) (string, error)",
    doc: "The certificates of a PKCS#12 store without a password, leaf first if they are one chain.",
    call: ([input], render) => certificatesOf("", text(input), render),
  },
  {
    name: "pkcs12certPass",
    signature: "func(pass string, input string) (string, error)",
    doc: "The certificates of a PKCS#12 store, leaf first if they are one chain.",
    call: ([pass, input], render) => certificatesOf(text(pass), text(input), render),
  },
  {
    name: "pemToPkcs12",
    signature: "func(cert string, key string) (string, error)",
    doc: "A PKCS#12 store of the first certificate and the key, with an empty password, as base64.",
    random: true,
    call: ([cert, key], render) => keyStore("first", text(cert), text(key), "", render),
  },
  {
    name: "pemToPkcs12Pass",
    signature: "func(cert string, key string, pass string) (string, error)",
    doc: "A PKCS#12 store of the first certificate and the key, as base64.",
    random: true,
    call: ([cert, key, pass], render) => keyStore("first", text(cert), text(key), text(pass), render),
  },
  {
    name: "fullPemToPkcs12",
    signature: "func(cert string, key string) (string, error)",
    doc: "A PKCS#12 store of all certificates and the key, with an empty password, as base64.",
    random: true,
    call: ([cert, key], render) => keyStore("full", text(cert), text(key), "", render),
  },
  {
    name: "fullPemToPkcs12Pass",
    signature: "func(cert string, key string, pass string) (string, error)",
    doc: "A PKCS#12 store of all certificates and the key, as base64.",
    random: true,
    call: ([cert, key, pass], render) => keyStore("full", text(cert), text(key), text(pass), render),
  },
  {
    name: "pemTruststoreToPKCS12",
    signature: "func(cert string) (string, error)",
    doc: "A PKCS#12 trust store (for Java) of all certificates, with an empty password, as base64.",
    random: true,
    call: ([certs], render) => trustStore(text(certs), "", render),
  },
  {
    name: "pemTruststoreToPKCS12Pass",
    signature: "func(cert string, password string) (string, error)",
    doc: "A PKCS#12 trust store (for Java) of all certificates, as base64.",
    random: true,
    call: ([certs, pass], render) => trustStore(text(certs), text(pass), render),
  },
];
