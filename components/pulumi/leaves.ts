import * as pulumi from "@pulumi/pulumi";
import type { CaSpec, Environment } from "../model/environment";
import { collecting, Place } from "../model/problems";

/** Where a Vault is, when only the deployment of it tells. Everything else of an environment is plain. */
export interface VaultEndpoint {
  /** Instead of the environment's address; the port for the NetworkPolicy still comes from there. */
  readonly address?: pulumi.Input<string>;
  /** PEM certificates, instead of the environment's CA. */
  readonly ca?: pulumi.Input<string>;
}

/** An environment to render with, and what puts the Inputs into the rendered objects. */
export interface Leaves<N extends string> {
  readonly environment: Environment<N>;
  /** The value with every placeholder replaced by its Input; everything else, so the shape, stays plain and known at preview. */
  readonly fill: <T>(value: T) => T;
}

/** Renders happen with placeholders where an Input is not a plain value, so that adapters can share the pure renderers. */
export function leavesOf<N extends string>(
  kind: string,
  name: string,
  environment: Environment<N>,
  endpoint: VaultEndpoint,
): Leaves<N> {
  const placeholders = new Map<string, pulumi.Output<string>>();
  const address = leaf(endpoint.address, placeholderAddress(environment), placeholders);
  const pem = leaf(endpoint.ca, PLACEHOLDER_CA, placeholders);
  if (pem === PLACEHOLDER_CA) {
    // SecretStores carry the base64 of the PEM.
    const given = placeholders.get(PLACEHOLDER_CA);
    if (given !== undefined)
      placeholders.set(
        base64(PLACEHOLDER_CA),
        given.apply((value) => base64(checkCa(kind, name, value))),
      );
  } else if (pem !== undefined) checkCa(kind, name, pem);
  const ca: CaSpec | undefined = pem === undefined ? environment.vault.ca : { pem };
  const reached = { ...environment.vault, address: address ?? environment.vault.address, ca };
  return {
    environment: {
      ...environment,
      vault: reached,
      vaults: environment.vaults.map((vault) => (vault.name === reached.name ? reached : vault)),
    },
    fill: (value) => (placeholders.size === 0 ? value : (fill(value, [...placeholders]) as typeof value)),
  };
}

function leaf(
  input: pulumi.Input<string> | undefined,
  placeholder: string,
  placeholders: Map<string, pulumi.Output<string>>,
): string | undefined {
  if (input === undefined || typeof input === "string") return input;
  placeholders.set(placeholder, pulumi.output(input));
  return placeholder;
}

const PLACEHOLDER_CA = "-----BEGIN CERTIFICATE-----\nkeyturn: an Input goes here\n-----END CERTIFICATE-----\n";

function placeholderAddress(environment: Environment): string {
  const { protocol, port } = new URL(environment.vault.address);
  return `${protocol}//input.keyturn.invalid${port === "" ? "" : `:${port}`}`;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function checkCa(kind: string, name: string, pem: string): string {
  return collecting((problems) => {
    if (!/-----BEGIN CERTIFICATE-----/.test(pem) || /PRIVATE KEY/.test(pem))
      Place.of(problems, kind, name).at("ca").report("must be PEM certificates and nothing else. It is not shown");
    return pem;
  });
}

function fill(value: unknown, placeholders: readonly (readonly [string, pulumi.Output<string>])[]): unknown {
  if (typeof value === "string") {
    return placeholders.reduce<string | pulumi.Output<string>>(
      (text, [placeholder, output]) =>
        typeof text === "string" && text.includes(placeholder)
          ? output.apply((replacement) => text.replaceAll(placeholder, () => replacement))
          : text,
      value,
    );
  }
  if (Array.isArray(value)) return value.map((entry) => fill(entry, placeholders));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fill(entry, placeholders)]));
}
