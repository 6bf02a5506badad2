/**
 * The part of @pulumi/policy's contract that the policies use, so that importing `keyturn/policies` needs no Pulumi package. A
 * test proves that it fits the real one.
 */
export interface PulumiResource {
  /** `kubernetes:external-secrets.io/v1:ExternalSecret`. */
  readonly type: string;
  readonly urn: string;
  readonly name: string;
  /** Throws where a value is not known yet. */
  readonly props: Readonly<Record<string, unknown>>;
  readonly provider?: { readonly type: string; readonly props: Readonly<Record<string, unknown>> };
}

export interface PulumiResourceArgs extends PulumiResource {
  getConfig<T extends object>(): T;
}

export interface PulumiStackArgs {
  readonly resources: readonly PulumiResource[];
  getConfig<T extends object>(): T;
}

export type ReportViolation = (message: string, urn?: string) => void;

interface PulumiPolicyBase {
  name: string;
  description: string;
  enforcementLevel: "mandatory" | "advisory";
  configSchema: {
    properties: Record<string, { type: ("string" | "object" | "array")[] | "string"; description: string }>;
  };
}

export interface PulumiResourcePolicy extends PulumiPolicyBase {
  validateResource: (args: PulumiResourceArgs, reportViolation: ReportViolation) => void;
}

export interface PulumiStackPolicy extends PulumiPolicyBase {
  validateStack: (args: PulumiStackArgs, reportViolation: ReportViolation) => void;
}
