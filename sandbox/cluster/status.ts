/** One cause of a refusal, as in `Status.details.causes`. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** A refusal with the `Status` body a real API server answers. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string | undefined,
    message: string,
    readonly details?: StatusDetails,
  ) {
    super(message);
    this.name = "ApiError";
  }

  body(): object {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      ...(this.reason === undefined ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** What an error is about: the plural for most errors, the Kind for validation. */
export interface Subject {
  readonly group: string;
  /** Plural or Kind, see the error. */
  readonly kind: string;
  readonly name: string;
}

const details = (subject: Subject, more: Partial<StatusDetails> = {}): StatusDetails => ({
  ...(subject.name === "" ? {} : { name: subject.name }),
  ...(subject.group === "" ? {} : { group: subject.group }),
  kind: subject.kind,
  ...more,
});

const qualified = (subject: Subject): string =>
  subject.group === "" ? subject.kind : `${subject.kind}.${subject.group}`;

export const notFound = (subject: Subject): ApiError =>
  new ApiError(404, "NotFound", `${qualified(subject)} "${subject.name}" not found`, details(subject));

export const alreadyExists = (subject: Subject): ApiError =>
  new ApiError(409, "AlreadyExists", `${qualified(subject)} "${subject.name}" already exists`, details(subject));

export const conflict = (subject: Subject, why: string): ApiError =>
  new ApiError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(subject)} "${subject.name}": ${why}`,
    details(subject),
  );

export const modified = (subject: Subject): ApiError =>
  conflict(subject, "the object has been modified; please apply your changes to the latest version and try again");

/** 422; `subject.kind` is the Kind. */
export function invalid(subject: Subject, causes: readonly Cause[]): ApiError {
  const texts = [...new Set(causes.map((cause) => `${cause.field ?? ""}: ${cause.message}`))];
  const all = texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`;
  return new ApiError(
    422,
    "Invalid",
    `${qualified(subject)} "${subject.name}" is invalid: ${all}`,
    details(subject, { causes }),
  );
}

export const forbidden = (subject: Subject, why: string, causes?: readonly Cause[]): ApiError =>
  new ApiError(
    403,
    "Forbidden",
    `${qualified(subject)}${subject.name === "" ? "" : ` "${subject.name}"`} is forbidden: ${why}`,
    details(subject, causes === undefined ? {} : { causes }),
  );

export const badRequest = (message: string): ApiError => new ApiError(400, "BadRequest", message);

export const unauthorized = (): ApiError => new ApiError(401, "Unauthorized", "Unauthorized");

export const expired = (message: string): ApiError => new ApiError(410, "Expired", message);

export const unsupportedMediaType = (accepted: readonly string[]): ApiError =>
  new ApiError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
  );

export const methodNotAllowed = (): ApiError =>
  new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});

/** Causes as the validation package words them. */
export const cause = {
  invalid: (field: string, value: unknown, why: string): Cause => ({
    reason: "FieldValueInvalid",
    message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
    field,
  }),
  type: (field: string, actual: string, why: string): Cause => ({
    reason: "FieldValueTypeInvalid",
    message: `Invalid value: ${JSON.stringify(actual)}: ${why}`,
    field,
  }),
  required: (field: string, why = ""): Cause => ({
    reason: "FieldValueRequired",
    message: `Required value${why === "" ? "" : `: ${why}`}`,
    field,
  }),
  forbidden: (field: string, why: string): Cause => ({
    reason: "FieldValueForbidden",
    message: `Forbidden: ${why}`,
    field,
  }),
  unsupported: (field: string, value: unknown, supported: readonly unknown[]): Cause => ({
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((entry) => JSON.stringify(entry)).join(", ")}`,
    field,
  }),
  tooLong: (field: string, bytes: number): Cause => ({
    reason: "FieldValueTooLong",
    message: `Too long: may not be more than ${bytes} bytes`,
    field,
  }),
  tooMany: (field: string, actual: number, most: number): Cause => ({
    reason: "FieldValueTooMany",
    message: `Too many: ${actual}: must have at most ${most} items`,
    field,
  }),
} as const;
