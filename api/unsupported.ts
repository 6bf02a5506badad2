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
 * that declarations are refused at synth for exactly what the reconciler refuses by name at run time. An empty text is as good as none.
 */
export function unsupportedFields(spec: ExternalSecretSpec): readonly UnsupportedField[] {
  const found: UnsupportedField[] = [];
  const no = (path: string, value?: string): void => void found.push(value === undefined ? { path } : { path, value });
  const other = (path: string, value: string | undefined, ...carriedOut: readonly string[]): void => {
    if (value && !carriedOut.includes(value)) no(path, String(value));
  };
  const ref = (path: string, { metadataPolicy, decodingStrategy }: RemoteRef): void => {
    other(`${path}.metadataPolicy`, metadataPolicy, "None");
    other(`${path}.decodingStrategy`, decodingStrategy, "None");
  };
  const { target } = spec;
  if (isSet(spec.syncWindows)) no("spec.syncWindows");
  if (isSet(target?.manifest)) no("spec.target.manifest");
  if (target?.immutable === true) no("spec.target.immutable");
  other("spec.target.creationPolicy", target?.creationPolicy, "Owner", "Orphan", "Merge", "CreateOrMerge");
  other("spec.target.deletionPolicy", target?.deletionPolicy, "Retain");
  (spec.dataFrom ?? []).forEach((entry, index) => {
    const at = `spec.dataFrom[${index}]`;
    if (isSet(entry.find)) no(`${at}.find`);
    if (entry.rewrite && entry.rewrite.length > 0) no(`${at}.rewrite`);
    if (isSet(entry.sourceRef?.generatorRef)) no(`${at}.sourceRef.generatorRef`);
    if (entry.extract?.property) no(`${at}.extract.property`);
    if (isSet(entry.extract)) ref(`${at}.extract`, entry.extract);
  });
  (spec.data ?? []).forEach((entry, index) => {
    if (isSet(entry.sourceRef?.generatorRef)) no(`spec.data[${index}].sourceRef.generatorRef`);
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
  if (isSet(finalizers) && !(Array.isArray(finalizers) && finalizers.length === 0))
    found.push({ path: "spec.target.template.metadata.finalizers" });
  (Array.isArray(templateFrom) ? (templateFrom as unknown[]) : []).forEach((entry, index) => {
    for (const kind of ["configMap", "secret"])
      if (isRecord(entry) && isSet(entry[kind]))
        found.push({ path: `spec.target.template.templateFrom[${index}].${kind}` });
  });
  return found;
}

function isSet<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null;
}
