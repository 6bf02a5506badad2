import { isRecord, KeyturnError } from "../../api";
import type { TransportError } from "../http";
import { addressed, describeCall } from "./path";

/**
 * A call to the Kubernetes API that failed. `object` is the verb, kind and name (`patch Secret payments/db`), or the server
 * when it could not be reached; `code` is `Kube` and the status reason. Compare {@link status} or {@link statusReason};
 * `reason` is the cause in words, as in every KeyturnError.
 */
export class KubeError extends KeyturnError {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Kubernetes' machine-readable reason (`NotFound`, `Conflict`, `AlreadyExists`, `Expired`, ...), or `Unreachable`, `Aborted`, `InvalidAnswer`. */
  readonly statusReason: string;
  /** Milliseconds to wait before another try, when the server said so. */
  readonly retryAfterMs: number | undefined;

  constructor(parts: {
    readonly status: number;
    readonly statusReason: string;
    readonly object: string;
    readonly cause: string;
    readonly remedy?: string | undefined;
    readonly retryAfterMs?: number | undefined;
  }) {
    super({
      code: `Kube${parts.statusReason}`,
      object: parts.object,
      cause: parts.cause,
      ...(parts.remedy === undefined ? {} : { remedy: parts.remedy }),
    });
    this.name = "KubeError";
    this.status = parts.status;
    this.statusReason = parts.statusReason;
    this.retryAfterMs = parts.retryAfterMs;
  }
}

/** True for a KubeError with one of the statuses. */
export function isKubeStatus(error: unknown, ...statuses: readonly number[]): error is KubeError {
  return error instanceof KubeError && statuses.includes(error.status);
}

/** The server gave no answer: `Kubernetes API https://10.0.0.1:443: cannot be reached, connection refused`. */
export function unreachable(server: string, error: TransportError, source: string): KubeError {
  const object = `Kubernetes API ${server}`;
  switch (error.failure) {
    case "aborted":
      return new KubeError({ status: 0, statusReason: "Aborted", object, cause: error.words });
    case "too-large":
    case "protocol":
      return new KubeError({
        status: 0,
        statusReason: "InvalidAnswer",
        object,
        cause: error.words,
        remedy: `check the server address in ${source}`,
      });
    case "tls":
      return new KubeError({
        status: 0,
        statusReason: "Unreachable",
        object,
        cause: `cannot be trusted or reached, ${error.words}`,
        remedy: `check the server address and its CA in ${source}`,
      });
    case "connect":
    case "reset":
    case "timeout":
      return new KubeError({
        status: 0,
        statusReason: "Unreachable",
        object,
        cause: `cannot be reached, ${error.words}`,
        remedy: `check that it runs and that ${source} has its address`,
      });
  }
}

const REASONS = new Map<number, string>([
  [400, "BadRequest"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "NotFound"],
  [405, "MethodNotAllowed"],
  [409, "Conflict"],
  [410, "Expired"],
  [415, "UnsupportedMediaType"],
  [422, "Invalid"],
  [429, "TooManyRequests"],
  [500, "InternalError"],
  [503, "ServiceUnavailable"],
  [504, "Timeout"],
]);

function remedyFor(status: number, message: string): string | undefined {
  if (status === 401) return "check the token or the client certificate";
  if (status === 403 && /^\S+ (?:"[^"]*" )?is forbidden: User /.test(message))
    return "grant this verb on this kind to the user or ServiceAccount";
  return undefined;
}

/**
 * Reads the `Status` of a failed answer. The server quotes objects in its messages (validation, decoding, admission webhooks),
 * so for Secrets only the reason, field paths and messages known to be free of content are kept.
 */
export function statusError(
  call: { readonly method: string; readonly path: string },
  status: number,
  body: unknown,
  retryAfterMs?: number,
): KubeError {
  const answer = isRecord(body) && body.kind === "Status" ? body : {};
  const statusReason =
    typeof answer.reason === "string" && /^[A-Za-z]{1,60}$/.test(answer.reason)
      ? answer.reason
      : (REASONS.get(status) ?? `Http${status}`);
  const details = isRecord(answer.details) ? answer.details : {};
  const message = typeof answer.message === "string" ? answer.message : "";
  const confidential = addressed(call.path).plural === "secrets";
  const text = confidential ? harmless(message, details.causes) : oneLine(message);
  const seconds = details.retryAfterSeconds;
  return new KubeError({
    status,
    statusReason,
    object: describeCall(call.method, call.path),
    cause: text === "" ? `the API server answered ${status} ${statusReason}` : `${statusReason}: ${text}`,
    remedy: remedyFor(status, message),
    retryAfterMs: retryAfterMs ?? (typeof seconds === "number" && seconds > 0 ? seconds * 1000 : undefined),
  });
}

function oneLine(text: string): string {
  const clean = text.replace(/[\s\u0000-\u001f\u007f]+/g, " ").trim();
  return clean.length > 500 ? `${clean.slice(0, 500)}...` : clean;
}

/** Messages about a Secret that name only names. Anything else may quote its content. */
const HARMLESS: readonly RegExp[] = [
  /User "[\w:.@/-]{1,300}" cannot [a-z]+ resource "[a-z/]+" in API group "[\w.-]*"(?: in the namespace "[\w.-]+"| at the cluster scope)?/,
  /admission webhook "[\w.-]{1,253}" denied the request/,
  /ValidatingAdmissionPolicy '[\w.-]{1,253}'(?: with binding '[\w.-]{1,253}')? denied request/,
  /exceeded quota: [\w.-]{1,253}/,
  /because it is being terminated/,
  /field is immutable when `immutable` is set/,
  /secrets "[\w.-]{1,253}" (?:not found|already exists)/,
  /namespaces "[\w.-]{1,63}" not found/,
  /the object has been modified/,
  /illegal base64 data/,
];

function harmless(message: string, causes: unknown): string {
  const known = HARMLESS.flatMap((pattern) => pattern.exec(message)?.[0] ?? []);
  const fields = (Array.isArray(causes) ? (causes as readonly unknown[]) : []).flatMap((cause) => {
    if (!isRecord(cause) || typeof cause.field !== "string" || !/^[\w.[\]/-]{1,300}$/.test(cause.field)) return [];
    const reason = typeof cause.reason === "string" && /^[A-Za-z]{1,60}$/.test(cause.reason) ? cause.reason : undefined;
    return [reason === undefined ? cause.field : `${cause.field} (${reason})`];
  });
  return [...known, ...fields.slice(0, 10)].join("; ");
}
