import { unsupportedFields, type ExternalSecretSpec, type Problem, type UnsupportedField } from "../api";
import { externalSecretManifest } from "./manifests/external-secret";
import type { ResolvedAppSecret } from "./model/app-secret";
import { Place } from "./model/problems";

/**
 * Reports what an AppSecret asks of keyturn's own reconciler that it does not carry out yet: at run time it would refuse the ExternalSecret
 * and name the field. External Secrets Operator carries it out, so nothing is said of an environment where that runs.
 */
export function checkOwnReconciler(problems: Problem[], secret: ResolvedAppSecret): void {
  if (!secret.environment.reconciler.install) return;
  const spec = externalSecretManifest(secret).object.spec as ExternalSecretSpec;
  for (const field of unsupportedFields(spec))
    placeOf(problems, secret, field).report(
      `keyturn's reconciler does not carry out ${field.path}${field.value === undefined ? "" : ` "${field.value}"`} yet; ` +
        "leave it out, or where External Secrets Operator runs instead, say reconciler: { install: false }",
    );
}

/** Fields that declarations call otherwise. */
const NAMES: Readonly<Record<string, string>> = { decodingStrategy: "decode", sourceRef: "generator" };

/** Where in the declaration a field of the ExternalSecret comes from. */
function placeOf(problems: Problem[], secret: ResolvedAppSecret, { path }: UnsupportedField): Place {
  const place = Place.of(problems, "AppSecret", secret.id);
  const [, list, index, field = ""] =
    /^spec\.(data|dataFrom)\[(\d+)\]\.(?:remoteRef\.|extract\.)?(\w+)/.exec(path) ?? [];
  if (list === undefined) {
    const steps = path.replace(/^spec\.(?:target\.)?/, "").split(/\.|(?=\[)/);
    return steps.reduce((at, step) => at.at(step.startsWith("[") ? Number(step.slice(1, -1)) : step), place);
  }
  const entry =
    list === "dataFrom"
      ? place.at("from").at(Number(index))
      : place.at("keys").at(secret.keys[Number(index)]?.secretKey ?? "");
  return entry.at(NAMES[field] ?? field);
}
