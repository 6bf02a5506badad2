import { FunctionError } from "../functions/function";
import { parseCertificate, type Certificate } from "./certificate";
import { decodePem } from "./pem";

/** Every PEM block of a text as a certificate, whatever it is called; what is between and behind the blocks does not matter. */
export function pemCertificates(text: string): Certificate[] {
  const out: Certificate[] = [];
  for (let next = decodePem(text); next.block !== undefined; next = decodePem(next.rest)) {
    out.push(parseCertificate(next.block.bytes));
  }
  return out;
}

const idOf = (id: Buffer | undefined): string => id?.toString("latin1") ?? "";

/**
 * ESO's order: the leaf, then each certificate's signer, told by authority and subject key ids alone (a missing id is equal to
 * another missing one). Nothing is verified. Throws {@link FunctionError} for none, for several leaves and for circles.
 */
export function orderChain(certificates: readonly Certificate[]): readonly [Certificate, ...Certificate[]] {
  // Two of each id are enough: one may be the certificate itself.
  const bySubject = new Map<string, number[]>();
  for (const [index, { subjectKeyId }] of certificates.entries()) {
    const list = bySubject.get(idOf(subjectKeyId));
    if (list === undefined) bySubject.set(idOf(subjectKeyId), [index]);
    else if (list.length < 2) list.push(index);
  }
  const parents = certificates.map(({ authorityKeyId }, index) =>
    bySubject.get(idOf(authorityKeyId))?.find((parent) => parent !== index),
  );
  const signers = new Set(parents);
  const leaves = certificates.flatMap((_, index) => (signers.has(index) ? [] : [index]));
  const [leaf] = leaves;
  const first = leaf === undefined ? undefined : certificates[leaf];
  if (leaf === undefined || first === undefined) throw new FunctionError("has no leaf certificate");
  if (leaves.length > 1) throw new FunctionError("has several leaf or unrelated certificates");
  const chain: [Certificate, ...Certificate[]] = [first];
  for (let parent = parents[leaf]; parent !== undefined; parent = parents[parent]) {
    const certificate = certificates[parent];
    if (certificate === undefined || chain.length === certificates.length)
      throw new FunctionError("is a circle of certificates");
    chain.push(certificate);
  }
  return chain;
}

/** ESO's idea of a root: one that names no other certificate as its authority. */
export const isRoot = ({ authorityKeyId, subjectKeyId }: Certificate): boolean =>
  authorityKeyId === undefined || authorityKeyId.equals(subjectKeyId ?? Buffer.alloc(0));
