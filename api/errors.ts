/** The parts of a {@link KeyturnError}. All texts are shown to users: none may contain a secret value. */
export interface KeyturnErrorParts {
  /** Stable identifier, e.g. `VaultForbidden`; users and tests may match on it. */
  readonly code: string;
  /** What the error is about, e.g. `ExternalSecret payments/db` or `--kubeconfig ./missing`. */
  readonly object: string;
  /** What went wrong, in words. */
  readonly cause: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** An error a user can act on: object, cause, remedy, one line. */
export class KeyturnError extends Error {
  readonly code: string;
  readonly object: string;
  readonly reason: string;
  readonly remedy: string | undefined;

  constructor(parts: KeyturnErrorParts, options?: ErrorOptions) {
    super(`${parts.object}: ${parts.cause}${parts.remedy ? ` (${parts.remedy})` : ""}`, options);
    this.name = "KeyturnError";
    this.code = parts.code;
    this.object = parts.object;
    this.reason = parts.cause;
    this.remedy = parts.remedy;
  }
}

/** One problem found in a declaration or document: where, and what. */
export interface Problem {
  /** Path inside the object, e.g. `spec.data[0].remoteRef.key`. */
  readonly path: string;
  readonly message: string;
}

/** Several problems of one object, reported together. */
export class InvalidError extends KeyturnError {
  readonly problems: readonly Problem[];

  constructor(object: string, problems: readonly Problem[], remedy?: string) {
    super({
      code: "Invalid",
      object,
      cause: problems
        .map((problem) => (problem.path ? `${problem.path}: ${problem.message}` : problem.message))
        .join("; "),
      ...(remedy === undefined ? {} : { remedy }),
    });
    this.name = "InvalidError";
    this.problems = problems;
  }
}
