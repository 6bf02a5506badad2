import type { ExternalSecretSpec, RemoteRef } from "./external-secret";
import { isRecord } from "./kubernetes";

/** A field of an ExternalSecret that keyturn's reconciler does not carry out yet. */
export interface UnsupportedField {
  /** `spec.dataFrom[0].find` */
  readonly path: string;
  /** The value that is not carried out, where other values of the field are. */
  readonly value?: string;
}

/**
 * What keyturn's own reconciler does not carry out yet of a valid ExternalSecret: External Secrets Operator does. The one list of it, so
 * that declarations are refused at synth for exactly what the reconciler would refuse by name at run time.
 */
export function unsupportedFields(spec: ExternalSecretSpec): readonly UnsupportedField[] {
  const found: UnsupportedField[] = [];
  const no = (path: string, value?: string): void => void found.push(value === undefined ? { path } : { path, value });
  const other = (path: string, value: string | undefined, ...carriedOut: readonly string[]): void => {
    if (value !== undefined && value !== "" && !carriedOut.includes(value)) no(path, value);
  };
  const ref = (path: string, { metadataPolicy, decodingStrategy }: RemoteRef): void => {
    other(`${path}.metadataPolicy`, metadataPolicy, "None");
    other(`${path}.decodingStrategy`, decodingStrategy, "None");
  };
  const { target } = spec;
  if (spec.syncWindows !== undefined) no("spec.syncWindows");
  if (target?.manifest !== undefined) no("spec.target.manifest");
  if (target?.immutable === true) no("spec.target.immutable");
  other("spec.target.creationPolicy", target?.creationPolicy, "Owner", "Orphan", "Merge", "CreateOrMerge");
  other("spec.target.deletionPolicy", target?.deletionPolicy, "Retain");
  (spec.dataFrom ?? []).forEach((entry, index) => {
    const at = `spec.dataFrom[${index}]`;
    if (entry.find !== undefined) no(`${at}.find`);
    if (entry.rewrite !== undefined && entry.rewrite.length > 0) no(`${at}.rewrite`);
    if (entry.sourceRef?.generatorRef !== undefined) no(`${at}.sourceRef.generatorRef`);
    if (entry.extract?.property) no(`${at}.extract.property`);
    if (entry.extract !== undefined) ref(`${at}.extract`, entry.extract);
  });
  (spec.data ?? []).forEach((entry, index) => {
    if ((entry.sourceRef as { readonly generatorRef?: unknown } | undefined)?.generatorRef !== undefined)
      no(`spec.data[${index}].sourceRef.generatorRef`);
    ref(`spec.data[${index}].remoteRef`, entry.remoteRef);
  });
  found.push(...unsupportedTemplateFields(target?.template));
  return found;
}

function unsupportedTemplateFields(template: unknown): readonly UnsupportedField[] {
  if (!isRecord(template)) return [];
  const found: UnsupportedField[] = [];
  const { metadata, templateFrom } = template;
  const finalizers = isRecord(metadata) ? metadata.finalizers : undefined;
  if (Array.isArray(finalizers) && finalizers.length > 0)
    found.push({ path: "spec.target.template.metadata.finalizers" });
  (Array.isArray(templateFrom) ? (templateFrom as unknown[]) : []).forEach((entry, index) => {
    for (const kind of ["configMap", "secret"])
      if (isRecord(entry) && entry[kind] !== undefined && entry[kind] !== null)
        found.push({ path: `spec.target.template.templateFrom[${index}].${kind}` });
  });
  return found;
}
