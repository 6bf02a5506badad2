import { Metadata, status } from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { ValueMap } from "./values";
import { encode } from "./wire";

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

/** The object exists and has not become what was waited for. The engine keeps it in the state and says so. */
export class InitFailed extends Error {
  constructor(
    readonly reason: string,
    readonly id: string,
    readonly inputs: ValueMap,
    readonly outputs: ValueMap,
  ) {
    super(reason);
  }
}

/** The gRPC error of a thrown value. */
export function grpcError(thrown: unknown): {
  readonly code: number;
  readonly message: string;
  readonly metadata?: Metadata;
} {
  if (thrown instanceof InitFailed) return initFailed(thrown);
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

function initFailed({ reason, id, inputs, outputs }: InitFailed): ReturnType<typeof grpcError> {
  const detail = new ErrorResourceInitFailed()
    .setId(id)
    .setInputs(encode(inputs))
    .setProperties(encode(outputs))
    .setReasonsList([reason]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const message = "the resource was made, but did not become ready";
  const details = new Status().setCode(status.UNKNOWN).setMessage(message).setDetailsList([packed]);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(details.serializeBinary()));
  return { code: status.UNKNOWN, message, metadata };
}
