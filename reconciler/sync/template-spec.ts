import { compare, isRecord, secretKeyProblem, sha3, type JsonRecord } from "../../api";
import { compileTemplate, TemplateError } from "../template";
import { DECODINGS, isDecoding, type Decoding } from "./decoding";
import { intern, internSorted } from "./intern";

/** The maps of a Secret that templates fill. */
export type Section = "data" | "labels" | "annotations";

/** One template of a spec. */
export interface TemplatePart {
  /** For messages: `spec.target.template.data.config.yaml`. */
  readonly place: string;
  readonly into: Section;
  /** What the rendered text is the value of; undefined: it is YAML with keys and values (a literal). */
  readonly key: string | undefined;
  readonly text: string;
  /** For the values of a literal. */
  readonly decoding: Decoding;
  /** Another render of the same data can give another text. */
  readonly random: boolean;
}

/** `spec.target.template`, checked and with defaults filled in. Shared by all equal ones. */
export interface TemplateSpec {
  /** Type of the Secret; empty: as it is, `Opaque` for a new one. */
  readonly type: string;
  /** What was fetched becomes part of the Secret as well: mergePolicy Merge, or a template of metadata alone. */
  readonly withFetched: boolean;
  readonly random: boolean;
  /** Sorted names that the Secret gets from it whatever the data are; undefined where a literal may add others. */
  readonly keys: readonly string[] | undefined;
  readonly labels: readonly string[] | undefined;
  readonly annotations: readonly string[] | undefined;
  /** In ESO's order, in which later ones win. Undefined: too long to be kept for every object, see {@link TEXT_KEPT}. */
  readonly parts: readonly TemplatePart[] | undefined;
}

/** Templates longer than this in total are not kept but read again with their ExternalSecret when they are rendered. */
export const TEXT_KEPT = 4096;

/** Says that a field is wrong: its path, and what is wrong with it. */
export type Report = (path: string, message: string) => void;

const PLACE = "spec.target.template";

/**
 * Compiles `spec.target.template` (reference/eso.md 2.3 and 4): every text is parsed, so that a mistake shows before anything is
 * read. What this version does not carry out is a problem that names the field.
 *
 * @param whole keep the texts whatever their length
 */
export function compileTemplateSpec(template: unknown, report: Report, whole = false): TemplateSpec | undefined {
  if (!isRecord(template)) return void report(PLACE, "is not an object");
  const id = sha3(JSON.stringify([template, whole]));
  const known = shared.get(id);
  if (known !== undefined) return known;
  let problems = 0;
  const spec = compile(template, whole, (path, message) => {
    problems += 1;
    report(path, message);
  });
  if (problems > 0) return undefined;
  if (shared.size >= MOST_SHARED) shared.clear();
  shared.set(id, spec);
  return spec;
}

/** One template often serves many ExternalSecrets, e.g. that of an image pull secret. */
const shared = new Map<string, TemplateSpec>();
const MOST_SHARED = 2000;

function compile(template: JsonRecord, whole: boolean, report: Report): TemplateSpec {
  const { engineVersion, mergePolicy } = template;
  if (engineVersion !== undefined && engineVersion !== "" && engineVersion !== "v2")
    report(`${PLACE}.engineVersion`, `${JSON.stringify(engineVersion)} is not supported: the engine is v2`);
  if (!isUnset(mergePolicy) && mergePolicy !== "Replace" && mergePolicy !== "Merge")
    report(`${PLACE}.mergePolicy`, `${JSON.stringify(mergePolicy)} is not one of Replace, Merge`);
  const metadata = recordIn(template.metadata, `${PLACE}.metadata`, report);

  const parts = [
    ...literals(template.templateFrom, report),
    ...texts("data", template.data, `${PLACE}.data`, report),
    ...texts("labels", metadata.labels, `${PLACE}.metadata.labels`, report),
    ...texts("annotations", metadata.annotations, `${PLACE}.metadata.annotations`, report),
  ];
  for (const { into, key, place } of parts) {
    const bad = into === "data" && key !== undefined ? secretKeyProblem(key) : undefined;
    if (bad !== undefined) report(place, bad);
  }
  const type = typeOf(template, metadata, report);
  const length = parts.reduce((sum, { text }) => sum + text.length, 0);
  return {
    type,
    withFetched: mergePolicy === "Merge" || (isEmptyRecord(template.data) && isEmptyList(template.templateFrom)),
    random: parts.some(({ random }) => random),
    keys: namesIn(parts, "data"),
    labels: namesIn(parts, "labels"),
    annotations: namesIn(parts, "annotations"),
    parts: whole || length <= TEXT_KEPT ? parts : undefined,
  };
}

/** ESO keeps templates from making tokens that outlive the rights of whoever writes them (its ValidateSecretTemplate). */
function typeOf(template: JsonRecord, metadata: JsonRecord, report: Report): string {
  const { type, templateFrom } = template;
  if (isUnset(type)) return "";
  if (typeof type !== "string") {
    report(`${PLACE}.type`, "is not a string");
    return "";
  }
  if (type === "bootstrap.kubernetes.io/token") report(`${PLACE}.type`, `"${type}" is not allowed`);
  if (type === "kubernetes.io/service-account-token") {
    const account = "kubernetes.io/service-account.name";
    const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
    if (Object.hasOwn(annotations, account))
      report(`${PLACE}.type`, `"${type}" with annotation "${account}" is not allowed`);
    const entries = Array.isArray(templateFrom) ? (templateFrom as unknown[]).filter(isRecord) : [];
    if (entries.some(({ target }) => sectionOf(target) === "annotations"))
      report(`${PLACE}.type`, `"${type}" with templateFrom target "Annotations" is not allowed`);
  }
  return intern(type);
}

function texts(into: Section, value: unknown, place: string, report: Report): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  for (const [key, text] of Object.entries(recordIn(value, place, report)).sort(([a], [b]) => compare(a, b))) {
    const at = `${place}.${key}`;
    if (typeof text !== "string") {
      report(at, "is not a string");
      continue;
    }
    // ESO names a template by its key: `{{ template "<key>" . }}` means the text itself.
    parts.push(part({ place: at, into, key: intern(key), text, decoding: "None" }, key, report));
  }
  return parts;
}

function literals(value: unknown, report: Report): readonly TemplatePart[] {
  if (isUnset(value)) return [];
  const place = `${PLACE}.templateFrom`;
  if (!Array.isArray(value)) return (report(place, "is not a list"), []);
  return (value as unknown[]).flatMap((entry, index) => {
    const at = `${place}[${index}]`;
    if (!isRecord(entry)) return (report(at, "is not an object"), []);
    const into = sectionOf(entry.target);
    if (into === undefined)
      report(`${at}.target`, `${JSON.stringify(entry.target)} is not one of Data, Annotations, Labels`);
    const decoding = isUnset(entry.valuesDecodingStrategy) ? "None" : entry.valuesDecodingStrategy;
    if (!isDecoding(decoding))
      report(`${at}.valuesDecodingStrategy`, `${JSON.stringify(decoding)} is not one of ${DECODINGS.join(", ")}`);
    const text = entry.literal;
    if (text === undefined || text === null) return [];
    if (typeof text !== "string") return (report(`${at}.literal`, "is not a string"), []);
    if (into === undefined || !isDecoding(decoding)) return [];
    return [part({ place: `${at}.literal`, into, key: undefined, text, decoding }, `${at}.literal`, report)];
  });
}

function part(parts: Omit<TemplatePart, "random">, name: string, report: Report): TemplatePart {
  const place = intern(parts.place);
  try {
    return { ...parts, place, random: compileTemplate(parts.text, { name }).random };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    report(`${place}:`, error.message);
    return { ...parts, place, random: false };
  }
}

/** Undefined: a literal may give others. */
function namesIn(parts: readonly TemplatePart[], into: Section): readonly string[] | undefined {
  const own = parts.filter((each) => each.into === into);
  return own.some(({ key }) => key === undefined) ? undefined : internSorted(own.flatMap(({ key }) => key ?? []));
}

/** In any case of letters, as ESO takes it; undefined: another one. */
function sectionOf(target: unknown): Section | undefined {
  if (isUnset(target)) return "data";
  const name = typeof target === "string" ? target.toLowerCase() : "";
  return name === "data" || name === "labels" || name === "annotations" ? name : undefined;
}

function recordIn(value: unknown, place: string, report: Report): JsonRecord {
  if (value === undefined || value === null) return {};
  if (isRecord(value)) return value;
  report(place, "is not an object");
  return {};
}

const isUnset = (value: unknown): boolean => value === undefined || value === null || value === "";
const isEmptyRecord = (value: unknown): boolean => !isRecord(value) || Object.keys(value).length === 0;
const isEmptyList = (value: unknown): boolean => !Array.isArray(value) || value.length === 0;
