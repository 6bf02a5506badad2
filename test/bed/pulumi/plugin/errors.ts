import { status } from "@grpc/grpc-js";

/**
 * Test fixture. What a provider tells the user: one readable message. `uncertain` means that the server may have acted all the same,
 * which the engine keeps in mind.
 */
export class ProviderError extends Error {
  constructor(
    message: string,
    readonly uncertain = false,
  ) {
    super(message);
    this.name = "ProviderError";
  }
}

/** The gRPC error of a thrown value. */
export function grpcError(thrown: unknown): { readonly code: number; readonly message: string } {
  if (thrown instanceof ProviderError) {
    return { code: thrown.uncertain ? status.UNKNOWN : status.FAILED_PRECONDITION, message: thrown.message };
  }
  return { code: status.UNKNOWN, message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
}

/** `text` without the given secret texts, as they are and in base64. Texts under four characters are left: they would match by chance. */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret, "utf8").toString("base64")]);
  return forms
    .filter((form) => form.length >= 4)
    .sort((left, right) => right.length - left.length)
    .reduce((redacted, form) => redacted.split(form).join("[secret]"), text);
}
