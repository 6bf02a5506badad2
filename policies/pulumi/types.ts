/**
 * The part of @pulumi/policy's contract that the policies use, so that importing `keyturn/policies` needs no Pulumi package. A
 * test proves that it fits the real one.
 */
export interface PulumiResource {
  /** `kubernetes:external-secrets.io/v1:ExternalSecret`. */
  readonly type: string;
  /** Pulumi's name of the resource, unique in the stack. */
  readonly urn: string;
  /** The name it has in the program. */
  readonly name: string;
  /** Throws where a value is not known yet. */
  readonly props: Readonly<Record<string, unknown>>;
  /** The provider it is made by. */
  readonly provider?: { readonly type: string; readonly props: Readonly<Record<string, unknown>> };
}

/** One resource, as Pulumi gives it to a resource policy. */
export interface PulumiResourceArgs extends PulumiResource {
  /** Configuration of the policy. */
  getConfig<T extends object>(): T;
}

/** All resources of a stack, as Pulumi gives them to a stack policy. */
export interface PulumiStackArgs {
  /** In no particular order. */
  readonly resources: readonly PulumiResource[];
  /** Configuration of the policy. */
  getConfig<T extends object>(): T;
}

/** How a policy says what is wrong; `urn` is the resource it is about. */
export type ReportViolation = (message: string, urn?: string) => void;

interface PulumiPolicyBase {
  name: string;
  description: string;
  enforcementLevel: "mandatory" | "advisory";
  configSchema: {
    properties: Record<string, { type: ("string" | "object" | "array")[] | "string"; description: string }>;
  };
}

/** A policy that judges each resource alone. */
export interface PulumiResourcePolicy extends PulumiPolicyBase {
  /** Called by Pulumi for each resource. */
  validateResource: (args: PulumiResourceArgs, reportViolation: ReportViolation) => void;
}

/** A policy that judges the resources of a stack together. */
export interface PulumiStackPolicy extends PulumiPolicyBase {
  /** Called by Pulumi once, after all resources. */
  validateStack: (args: PulumiStackArgs, reportViolation: ReportViolation) => void;
}
