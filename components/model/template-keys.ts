import type { Place } from "./problems";
import { quote } from "./secret-like";
import type { Fetched, ResolvedSource, ResolvedTemplate } from "./template";

/** The keys the Secret will have, sorted; undefined when only Vault or a template knows them. */
export function keysOfSecret(fetched: Fetched, template: ResolvedTemplate | undefined): readonly string[] | undefined {
  const made = template?.templateFrom.filter(({ target }) => target === "Data") ?? [];
  const fixed = made.flatMap((source) => ("literal" in source ? [] : fileKeys(source)));
  const open = made.some((source) => "literal" in source || fileKeys(source).length < filesOf(source));
  const replaced =
    template !== undefined && (Object.keys(template.data).length > 0 || template.templateFrom.length > 0);
  const keepsFetched = !replaced || template.mergePolicy === "Merge";
  if (open || (keepsFetched && !fetched.complete)) return undefined;
  const names = [...(keepsFetched ? fetched.keys : []), ...fixed, ...Object.keys(template?.data ?? {})];
  return [...new Set(names)].sort();
}

function fileKeys(source: Exclude<ResolvedSource, { readonly literal: string }>): readonly string[] {
  const { items } = "configMap" in source ? source.configMap : source.secret;
  return items.filter(({ templateAs }) => templateAs === "Values").map(({ key }) => key);
}

function filesOf(source: Exclude<ResolvedSource, { readonly literal: string }>): number {
  return ("configMap" in source ? source.configMap : source.secret).items.length;
}

const NEEDED: ReadonlyMap<string, readonly string[]> = new Map([
  ["kubernetes.io/tls", ["tls.crt", "tls.key"]],
  ["kubernetes.io/dockerconfigjson", [".dockerconfigjson"]],
  ["kubernetes.io/dockercfg", [".dockercfg"]],
  ["kubernetes.io/ssh-auth", ["ssh-privatekey"]],
]);

/** What the API server, or ESO's admission, refuses about the type of a Secret. */
export function checkType(
  place: Place,
  type: string | undefined,
  keys: readonly string[] | undefined,
  { annotations, templateFrom }: Pick<ResolvedTemplate, "annotations" | "templateFrom">,
): void {
  if (type === undefined) return;
  if (type === "bootstrap.kubernetes.io/token")
    place.report(`${quote(type)} is not allowed: it would make credentials`);
  const account = Object.hasOwn(annotations, "kubernetes.io/service-account.name");
  if (
    type === "kubernetes.io/service-account-token" &&
    (account || templateFrom.some(({ target }) => target === "Annotations"))
  )
    place.report(
      `${quote(type)} with an annotation that names the ServiceAccount is not allowed: it would make a token`,
    );
  for (const key of keys === undefined ? [] : (NEEDED.get(type) ?? []))
    if (!(keys ?? []).includes(key))
      place.report(`${quote(type)} needs the key "${key}"; the Secret has ${(keys ?? []).join(", ") || "none"}`);
  if (
    type === "kubernetes.io/basic-auth" &&
    keys !== undefined &&
    !keys.includes("username") &&
    !keys.includes("password")
  )
    place.report(`${quote(type)} needs the key "username" or "password"; the Secret has ${keys.join(", ")}`);
}
