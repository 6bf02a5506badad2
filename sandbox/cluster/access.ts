import { fieldsOf, isFields, listOf, stringOf, type Fields } from "../json";
import { builtIn } from "./builtins/table";
import type { Authenticator, User } from "./identity";
import type { Objects } from "./objects";
import type { Rbac } from "./rbac";
import { cause, invalid } from "./status";
import { DEFAULT_AUDIENCE, type TokenIssuer } from "./tokens";

const MIN_SECONDS = 600;
const DEFAULT_SECONDS = 3600;

/**
 * `POST …/serviceaccounts/<name>/token`.
 * @throws ApiError 404, 422
 */
export function requestToken(
  objects: Objects,
  issuer: TokenIssuer,
  namespace: string,
  name: string,
  request: Fields,
): object {
  const account = objects.get(builtIn("ServiceAccount"), namespace, name);
  const spec = fieldsOf(request, "spec") ?? {};
  const seconds = typeof spec.expirationSeconds === "number" ? spec.expirationSeconds : DEFAULT_SECONDS;
  const subject = { group: "authentication.k8s.io", kind: "TokenRequest", name: "" };
  if (seconds < MIN_SECONDS)
    throw invalid(subject, [
      cause.invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"),
    ]);
  const asked = listOf(spec, "audiences").map(String);
  const audiences = asked.length === 0 ? [DEFAULT_AUDIENCE] : asked;
  const reference = fieldsOf(spec, "boundObjectRef");
  const bound =
    reference === undefined
      ? undefined
      : {
          kind: String(reference.kind),
          name: String(reference.name),
          uid: stringOf(reference, "uid") ?? "",
        };
  const expires = new Date(objects.now().getTime() + seconds * 1000);
  return {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { name, namespace, uid: account.metadata.uid, creationTimestamp: objects.timestamp() },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: reference ?? null },
    status: {
      token: issuer.issue(account, audiences, seconds, bound),
      expirationTimestamp: `${expires.toISOString().slice(0, 19)}Z`,
    },
  };
}

/** `POST /apis/authentication.k8s.io/v1/tokenreviews`. */
export function reviewToken(authenticator: Authenticator, request: Fields): object {
  const spec = fieldsOf(request, "spec") ?? {};
  const audiences = listOf(spec, "audiences").map(String);
  const found = authenticator.user(
    stringOf(spec, "token") ?? "",
    audiences.length === 0 ? [DEFAULT_AUDIENCE] : audiences,
  );
  return {
    kind: "TokenReview",
    apiVersion: "authentication.k8s.io/v1",
    metadata: {},
    spec,
    status:
      found === undefined
        ? { user: {}, error: "[invalid bearer token, token is not valid for any of the audiences]" }
        : {
            authenticated: true,
            user: {
              username: found.user.name,
              ...(found.user.uid === undefined ? {} : { uid: found.user.uid }),
              groups: found.user.groups,
            },
            audiences: found.audiences,
          },
  };
}

/** `POST …/selfsubjectaccessreviews` and `…/subjectaccessreviews`. */
export function reviewAccess(rbac: Rbac, kind: string, user: User, request: Fields): object {
  const spec = fieldsOf(request, "spec") ?? {};
  const wanted = fieldsOf(spec, "resourceAttributes");
  const path = fieldsOf(spec, "nonResourceAttributes");
  const subresource = stringOf(wanted, "subresource");
  const subject: User =
    kind === "SubjectAccessReview"
      ? { name: stringOf(spec, "user") ?? "", groups: listOf(spec, "groups").map(String) }
      : user;
  const allowed = rbac.allows(subject, {
    verb: stringOf(wanted ?? path, "verb") ?? "",
    group: stringOf(wanted, "group") ?? "",
    resource: `${stringOf(wanted, "resource") ?? ""}${subresource === undefined ? "" : `/${subresource}`}`,
    namespace: stringOf(wanted, "namespace"),
    name: stringOf(wanted, "name"),
    ...(isFields(path) ? { path: stringOf(path, "path") ?? "" } : {}),
  });
  return {
    kind,
    apiVersion: "authorization.k8s.io/v1",
    metadata: {},
    spec,
    status: { allowed, reason: allowed ? "RBAC: allowed" : "" },
  };
}
